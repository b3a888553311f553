import { dashboardSchema } from '../../src/modules/statistics/dto/dashboard.dto.js';
import { timeseriesSchema } from '../../src/modules/statistics/dto/timeseries.dto.js';
import { eventListSchema, eventSchema } from '../../src/modules/events/dto/event.dto.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: TestApp;
let alice: string;
let bob: string;
let admin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url);
  alice = await app.login('alice@example.com', password);
  bob = await app.login('bob@example.com', password);
  admin = await app.login('admin@example.com', password);
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

describe('POST /auth/login', () => {
  it('answers 200 with the user and a token that opens /users/me', async () => {
    const { status, body } = await app.post('/auth/login', { email: 'alice@example.com', password });
    expect(status).toBe(200);
    expect(body).toEqual({
      user: {
        id: ids.alice,
        email: 'alice@example.com',
        name: 'Alice',
        is_admin: false,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
      token: expect.any(String),
    });
    const me = await app.get('/users/me', body.token);
    expect(me.body).toEqual(body.user);
  });

  it('accepts $2y$ hashes, and full_name stands in for a missing name', async () => {
    expect((await app.get('/users/me', bob)).body).toMatchObject({ name: 'Bob the Full', is_admin: false });
    expect((await app.get('/users/me', admin)).body).toMatchObject({ name: '', is_admin: true });
  });

  it('says the same of an unknown user and of a wrong password', async () => {
    const unknown = await app.post('/auth/login', { email: 'nobody@example.com', password });
    const wrong = await app.post('/auth/login', { email: 'alice@example.com', password: 'wrong' });
    for (const answer of [unknown, wrong]) {
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({ error: 'Invalid email or password', code: 'invalid_credentials' });
    }
  });

  it('records the login', async () => {
    const [row] = await database.query('SELECT last_login_at FROM users WHERE id = $1', [ids.alice]);
    expect(row?.['last_login_at']).toBeInstanceOf(Date);
  });
});

describe('GET /statistics/dashboard', () => {
  it('counts what belongs to the user, each event once', async () => {
    const { status, body } = await app.get('/statistics/dashboard', alice);
    expect(status).toBe(200);
    expect(body).toEqual({
      events_today: 3, // not the one of 10 days ago that was tried just now, not the undated one
      events_total: 5,
      success_rate: (4 / 7) * 100,
      avg_delivery_time_ms: (300 + 100 + 50 + 150 + 400) / 5,
      active_endpoints: 1,
      total_deliveries: 7,
      successful_deliveries: 4,
      failed_deliveries: 2,
    });
    expect(dashboardSchema.safeParse(body).success).toBe(true);
    expect((await app.get('/statistics/dashboard', bob)).body).toMatchObject({
      events_today: 2,
      events_total: 2,
      avg_delivery_time_ms: 2000,
    });
  });

  it('is all zeros, and null for the average, without endpoints', async () => {
    expect((await app.get('/statistics/dashboard', admin)).body).toEqual({
      events_today: 0,
      events_total: 0,
      success_rate: 0,
      avg_delivery_time_ms: null,
      active_endpoints: 0,
      total_deliveries: 0,
      successful_deliveries: 0,
      failed_deliveries: 0,
    });
  });
});

describe('GET /statistics/timeseries', () => {
  const points = async (query: string, token = alice) => {
    const { status, body } = await app.get(`/statistics/timeseries${query}`, token);
    expect({ status, body }).toMatchObject({ status: 200 });
    expect(timeseriesSchema.safeParse(body).success).toBe(true);
    return body as { data_points: Record<string, number>[]; time_range: string; granularity: string };
  };
  const sum = (rows: Record<string, number>[], key: string) =>
    rows.reduce((total, row) => total + (row[key] ?? 0), 0);

  it('has a point for every hour of the trailing day, quiet ones too', async () => {
    const { data_points, time_range, granularity } = await points('');
    expect({ time_range, granularity }).toEqual({ time_range: '24h', granularity: 'hour' });
    expect([24, 25]).toContain(data_points.length);
    const times = data_points.map(({ timestamp }) => Date.parse(String(timestamp)));
    expect(times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) === 3_600_000)).toBe(
      true,
    );
    expect(sum(data_points, 'event_count')).toBe(3);
    expect(sum(data_points, 'delivery_count')).toBe(5);
    expect(data_points.find((point) => point['event_count'] === 0)).toMatchObject({
      delivery_count: 0,
      success_rate: 0,
      avg_latency_ms: null,
    });
  });

  it('groups 30 days by day and finds the old event by its ingested_at', async () => {
    const { data_points } = await points('?time_range=30d&granularity=day');
    expect([30, 31]).toContain(data_points.length);
    expect(sum(data_points, 'event_count')).toBe(4);
  });

  it('filters by outcome and by chain', async () => {
    expect(sum((await points('?success=true')).data_points, 'delivery_count')).toBe(2);
    expect(sum((await points('?success=false')).data_points, 'delivery_count')).toBe(2);
    expect(sum((await points('?chain_ids=137')).data_points, 'delivery_count')).toBe(1);
    expect(sum((await points('?chain_ids=10,137')).data_points, 'event_count')).toBe(3);
    expect(sum((await points('?chain_ids=5')).data_points, 'event_count')).toBe(0);
  });

  it('replaces the range by dates, either alone, half-open', async () => {
    const day = (offset: number) => new Date(Date.now() - offset * 86_400_000).toISOString();
    expect(sum((await points(`?start_date=${day(11)}&end_date=${day(9)}`)).data_points, 'event_count')).toBe(
      1,
    );
    expect(sum((await points(`?start_date=${day(11)}`)).data_points, 'event_count')).toBe(4);
    expect(sum((await points(`?end_date=${day(9)}&time_range=7d`)).data_points, 'event_count')).toBe(1);
    const [{ at } = { at: '' }] = await database.query<{ at: string }>(
      `SELECT to_char(ingested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at FROM events WHERE id = $1`,
      [ids.old],
    );
    expect(sum((await points(`?start_date=${at}&end_date=${day(9)}`)).data_points, 'event_count')).toBe(1);
    expect(sum((await points(`?start_date=${day(11)}&end_date=${at}`)).data_points, 'event_count')).toBe(0);
  });
});

describe('GET /events', () => {
  const list = async (query: string, token = alice) => {
    const { body } = await app.get(`/events${query}`, token);
    expect(eventListSchema.safeParse(body).error).toBeUndefined();
    return body as { events: Record<string, unknown>[]; total: number };
  };

  it("lists the user's events newest first, undated ones last, with counts of the user's own attempts", async () => {
    const { events, total } = await list('');
    expect(total).toBe(5);
    expect(events.map(({ id, status, attempts }) => [id, status, attempts])).toEqual([
      [ids.shared, 'delivered', 3],
      [ids.failed, 'failed', 1],
      [ids.pending, 'pending', 1],
      [ids.old, 'delivered', 1],
      [ids.undated, 'delivered', 1],
    ]);
    expect(events[0]).toMatchObject({
      block_number: 9_007_199_254_740_000,
      topics: ['0xaa', '0xbb'],
      event_type: '0xaa',
      chain_id: 1,
      endpoint_name: 'main',
      delivery_count: 3,
      successful_deliveries: 2,
      processed_at: null,
    });
    expect(events[0]?.['created_at']).toBe(events[0]?.['ingested_at']);
    expect(events[1]).toMatchObject({ topics: [], event_type: 'Unknown' });
    expect(events[4]).toMatchObject({ ingested_at: null });
  });

  it('pages by limit and offset, and keeps the total on a page past the end', async () => {
    expect((await list('?limit=2&offset=1')).events.map(({ id }) => id)).toEqual([ids.failed, ids.pending]);
    expect(await list('?limit=2&offset=50')).toMatchObject({ events: [], total: 5 });
  });

  it('narrows to one endpoint, whose attempts alone count', async () => {
    const { events, total } = await list(`?endpoint_id=${ids.aliceSpare.toUpperCase()}`);
    expect(total).toBe(1);
    expect(events[0]).toMatchObject({ id: ids.shared, attempts: 1, endpoint_name: 'spare', chain_id: 137 });
  });
});

describe('GET /events/:id', () => {
  it("gives the event with the caller's own attempts", async () => {
    const { body } = await app.get(`/events/${ids.shared}`, bob);
    expect(eventSchema.safeParse(body).success).toBe(true);
    expect(body).toMatchObject({ id: ids.shared, attempts: 1, endpoint_name: 'bob main', chain_id: null });
  });
});

describe('a tenant never sees another', () => {
  it.each([
    ['an event of another tenant', () => app.get(`/events/${ids.bobs}`, alice), 'Event not found'],
    ['an event of nobody', () => app.get(`/events/${ids.untried}`, alice), 'Event not found'],
    [
      'an event as an administrator without endpoints',
      () => app.get(`/events/${ids.shared}`, admin),
      'Event not found',
    ],
    [
      'an endpoint of another tenant',
      () => app.get(`/events?endpoint_id=${ids.bobMain}`, alice),
      'Endpoint not found',
    ],
    ['an endpoint of nobody', () => app.get(`/events?endpoint_id=${ids.alice}`, alice), 'Endpoint not found'],
  ])('%s is 404', async (_, ask, error) => {
    const { status, body } = await ask();
    expect(status).toBe(404);
    expect(body.error).toBe(error);
  });

  it('neither in lists nor in figures', async () => {
    const bobsEvents = (await app.get('/events', bob)).body.events as { id: string }[];
    expect(bobsEvents.map(({ id }) => id)).toEqual([ids.bobs, ids.shared]);
    expect((await app.get('/events', admin)).body).toMatchObject({ events: [], total: 0 });
    const { data_points } = (await app.get('/statistics/timeseries', bob)).body as {
      data_points: { delivery_count: number }[];
    };
    expect(data_points.reduce((total, point) => total + point.delivery_count, 0)).toBe(2);
    expect((await app.get('/users/me', bob)).body.id).toBe(ids.bob);
  });
});

describe('health', () => {
  it.each(['/health', '/api/v1/health'])('%s is the text OK', async (path) => {
    const response = await fetch(new URL(path, app.url));
    expect([response.status, await response.text()]).toEqual([200, 'OK']);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  });

  it('is live and ready', async () => {
    expect((await app.get('/health/live')).body).toMatchObject({ status: 'live' });
    expect((await app.get('/health/ready')).body).toMatchObject({ status: 'ready', database: { up: true } });
  });
});
