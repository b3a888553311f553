import { seedDemoData } from '../../src/demo/seed.js';
import type { DashboardDto } from '../../src/modules/statistics/dto/dashboard.dto.js';
import type { PointDto, TimeseriesDto } from '../../src/modules/statistics/dto/timeseries.dto.js';
import { buildRollups } from '../../src/modules/statistics/build-rollups.js';
import type { EventListDto } from '../../src/modules/events/dto/event.dto.js';
import { originalDashboard, originalEvents, originalTimeseries } from '../support/original-sql.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const password = 'demo-password';
const users = 20;
const until = new Date(Date.now() - 3 * 3_600_000);

interface Tenant {
  id: string;
  email: string;
  token: string;
}

let database: TestDatabase;
let app: TestApp;
let tenants: Tenant[];

beforeAll(async () => {
  database = await createTestDatabase();
  await seedDemoData(database.url, {
    events: 20_000,
    users,
    days: 40,
    seed: 7,
    until,
    emailDomain: 'example.com',
    password,
  });
  // Rows of before the server's start would be folded in the background, and answers meanwhile say that they are older.
  await buildRollups(database.url);
  app = await startTestApp(database.url);
  const rows = await database.query<{ id: string; email: string }>(
    'SELECT id, email FROM users ORDER BY email',
  );
  tenants = await Promise.all(
    rows.map(async (user) => ({ ...user, token: await app.login(user.email, password) })),
  );
}, 120_000);

afterAll(async () => {
  await app.close();
  await database.drop();
});

const answer = async <T>(path: string, tenant: Tenant): Promise<T> => {
  const { status, body, headers } = await app.get(path, tenant.token);
  expect({ path, status }).toEqual({ path, status: 200 });
  if (path.startsWith('/statistics')) expect(headers.get('x-data-source')).toBe('live');
  return body as T;
};

it('compares every tenant there is', () => {
  expect(tenants).toHaveLength(users);
});

it('dashboard equals the original SQL', async () => {
  for (const tenant of tenants) {
    const [expected] = await database.query(originalDashboard, [tenant.id]);
    const { success_rate, ...figures } = await answer<DashboardDto>('/statistics/dashboard', tenant);
    expect({ tenant: tenant.email, ...figures }).toEqual({ tenant: tenant.email, ...expected });
    expect(figures.events_total).toBeGreaterThan(0);
    expect(success_rate).toBe((figures.successful_deliveries / figures.total_deliveries) * 100);
  }
});

const ago = (hours: number) => new Date(until.getTime() - hours * 3_600_000).toISOString();
const filters: [query: string, chains: number[] | null, success: boolean | null][] = [
  ['', null, null],
  ['&success=true', null, true],
  ['&success=false', null, false],
  ['&chain_ids=1', [1], null],
  ['&chain_ids=10,137,8453&success=true', [10, 137, 8453], true],
];
const windows: [from: string, to: string][] = [
  [ago(24), ago(0)],
  [ago(7 * 24 + 0.37), ago(0.11)],
  [ago(30 * 24), ago(13.7)],
];

describe.each(['hour', 'day'])(
  'series by %s equals the original SQL, with zeros where it has no row',
  (bucket) => {
    it.each(filters)('filter "%s"', async (filter, chains, success) => {
      for (const tenant of tenants)
        for (const [from, to] of windows) {
          const rows = await database.query<Record<string, unknown> & { timestamp: Date }>(
            originalTimeseries,
            [tenant.id, from, to, bucket, chains, success],
          );
          const query = `/statistics/timeseries?granularity=${bucket}&start_date=${from}&end_date=${to}${filter}`;
          const { data_points } = await answer<TimeseriesDto>(query, tenant);
          expect({ query, rows: data_points.filter(isBusy).map(comparable) }).toEqual({
            query,
            rows: rows.map((row) => ({ ...row, timestamp: row.timestamp.toISOString() })),
          });
          expect(data_points).toHaveLength(bucketsBetween(from, to, bucket));
        }
    });
  },
);

it('trailing windows equal the original SQL at the same moment', async () => {
  for (const tenant of tenants)
    for (const [range, hours] of [
      ['24h', 24],
      ['7d', 168],
      ['30d', 720],
    ] as const) {
      const { data_points } = await answer<TimeseriesDto>(
        `/statistics/timeseries?time_range=${range}&granularity=day`,
        tenant,
      );
      const [expected] = await database.query<{ events: number }>(
        `SELECT coalesce(sum(t.event_count), 0)::int AS events FROM (${originalTimeseries}) t`,
        [tenant.id, new Date(Date.now() - hours * 3_600_000).toISOString(), 'infinity', 'day', null, null],
      );
      const events = data_points.reduce((total, point) => total + point.event_count, 0);
      // The window trails: a few events of 20,000 may leave it between the two questions.
      expect(Math.abs(events - (expected?.events ?? 0))).toBeLessThanOrEqual(2);
    }
});

it('the pages of the event list are the whole set, in order, none twice', async () => {
  for (const tenant of tenants.slice(2)) {
    const expected = await database.query<{ id: string }>(originalEvents, [tenant.id, null]);
    const listed: unknown[] = [];
    for (let offset = 0; offset < expected.length; offset += 100) {
      const page = await answer<EventListDto>(`/events?limit=100&offset=${offset}`, tenant);
      expect(page.total).toBe(expected.length);
      listed.push(
        ...page.events.map(({ id, delivery_count, successful_deliveries }) => ({
          id,
          delivery_count,
          successful_deliveries,
        })),
      );
    }
    expect(listed).toEqual(expected.map(({ outcomes: _, ...row }: Record<string, unknown>) => row));
  }
}, 60_000);

it('the first page of every endpoint equals the original SQL, with its status', async () => {
  const endpoints = await database.query<{ id: string; user_id: string }>(
    'SELECT ep.id, a.user_id FROM endpoints ep JOIN applications a ON a.id = ep.application_id',
  );
  expect(endpoints.length).toBeGreaterThan(users);
  const statuses = new Set<string>();
  for (const { id, user_id } of endpoints) {
    const tenant = tenants.find((candidate) => candidate.id === user_id) as Tenant;
    const expected = await database.query<{ id: string; successful_deliveries: number; outcomes: number }>(
      originalEvents,
      [user_id, id],
    );
    const page = await answer<EventListDto>(`/events?endpoint_id=${id}`, tenant);
    expect(page.total).toBe(expected.length);
    expect(page.events.map((event) => [event.id, event.status])).toEqual(
      expected.slice(0, 50).map((row) => [row.id, statusOf(row)]),
    );
    for (const { status } of page.events) statuses.add(status);
  }
  expect(statuses).toEqual(new Set(['delivered', 'failed', 'pending']));
});

function statusOf(row: { successful_deliveries: number; outcomes: number }): string {
  if (row.successful_deliveries > 0) return 'delivered';
  return row.outcomes > 0 ? 'failed' : 'pending';
}

const isBusy = (point: PointDto) => point.delivery_count > 0;

function comparable({ success_rate, ...point }: PointDto) {
  expect(success_rate).toBe((point.successful_deliveries / point.delivery_count) * 100);
  return { ...point, timestamp: new Date(point.timestamp).toISOString() };
}

function bucketsBetween(from: string, to: string, bucket: string): number {
  const size = bucket === 'hour' ? 3_600_000 : 86_400_000;
  // The window is half-open: a bucket that starts at its end has no part in it.
  return Math.floor((Date.parse(to) - 0.001) / size) - Math.floor(Date.parse(from) / size) + 1;
}
