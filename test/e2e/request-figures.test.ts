import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { RequestMinute, type RecordedRequest } from '../../src/kernel/telemetry/requests/request-minute.js';
import { RequestFiguresRepository } from '../../src/modules/monitoring/requests/request-figures.repository.js';
import {
  RouteLatencyReadModel,
  type RouteLatency,
} from '../../src/modules/monitoring/requests/route-latency.read-model.js';
import { LATENCY_ERROR } from '../../src/kernel/telemetry/requests/latency-bins.js';
import { openSession } from '../support/own-session.js';
import { openSse } from '../support/live-clients.js';
import {
  NONE,
  startRecordedWorld,
  type RecordedWorld,
  type TenantCostRow,
} from '../support/request-figures.js';
import { ids } from '../support/small-world.js';
import { startTestApp, type Answer, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const always = { from: '2000-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z', routes: null };
const base = '/api/v1';

async function latencies(
  { database }: Pick<RecordedWorld, 'database'>,
  routes: string[] | null = null,
): Promise<RouteLatency[]> {
  const session = await openSession(database.url);
  const read = await new RouteLatencyReadModel(session).over({ ...always, routes });
  await session.close();
  return read;
}

describe('what one instance has recorded', () => {
  let world: RecordedWorld;
  let app: TestApp;

  beforeAll(async () => {
    world = await startRecordedWorld(1, { CACHE_TTL_SECONDS: '30', STATEMENT_TIMEOUT_INTERACTIVE_MS: '300' });
    app = world.apps[0] as TestApp;
  });
  beforeEach(() => world.clear());
  afterAll(() => world.close());

  it('is each request by its route, never by its path, with how it ended', async () => {
    const { alice, admin } = world.tokens;
    await app.get(`/endpoints/${ids.aliceMain}`, alice);
    await app.get(`/endpoints/${ids.aliceSpare}`, alice);
    await app.get(`/endpoints/${ids.bobMain}`, alice);
    await app.get('/endpoints/no-uuid', alice);
    await app.get('/events?limit=0', alice);
    await app.get('/users/me');
    await app.get(`/no-such-route/${ids.alice}`, alice);
    await app.get('/nor-this', admin);
    await app.post('/auth/login', '{');
    await world.keep();
    const read = await latencies(world);
    const figures = read.map((r) => [
      `${r.method} ${r.route}`,
      r.requests,
      r.errors,
      r.clientErrors,
      r.timed,
    ]);
    expect(figures).toEqual([
      [`POST ${base}/auth/login`, 1, 0, 1, 0],
      [`GET ${base}/endpoints/:id`, 4, 0, 2, 4],
      [`GET ${base}/events`, 1, 0, 1, 1],
      [`GET ${base}/users/me`, 1, 0, 1, 1],
      ['GET unknown', 2, 0, 2, 2],
    ]);
    const { text } = await app.get('/metrics');
    expect(text).toContain(
      `ethhook_http_request_duration_seconds_count{route="${base}/endpoints/:id",method="GET",status="2xx"} 2`,
    );
    expect(text).not.toContain(ids.aliceMain);
  });

  it('is what each tenant has cost, by endpoint where the route has one of theirs', async () => {
    const { alice, bob } = world.tokens;
    const main = await app.get(`/endpoints/${ids.aliceMain}`, alice);
    await app.get(`/endpoints/${ids.bobMain}`, alice);
    const me = await app.get('/users/me', bob);
    await app.get('/users/me');
    await world.keep();
    const costs = {
      main: await world.costOf(ids.alice, ids.aliceMain),
      alice: await world.costOf(ids.alice),
      foreign: await world.costOf(ids.alice, ids.bobMain),
      bob: await world.costOf(ids.bob),
      nobody: await world.costOf(NONE),
    };
    expect(costs).toEqual({
      main: { requests: 1, ms: expect.any(Number), rows: 1, bytes: main.text.length, statements: 1 },
      alice: { requests: 1, ms: expect.any(Number), rows: 0, bytes: expect.any(Number), statements: 1 },
      foreign: { requests: 0, ms: 0, rows: 0, bytes: 0, statements: 0 },
      bob: { requests: 1, ms: expect.any(Number), rows: 1, bytes: me.text.length, statements: 1 },
      nobody: { requests: 1, ms: 0, rows: 0, bytes: expect.any(Number), statements: 0 },
    });
    for (const cost of [costs.main, costs.alice, costs.bob]) expect(cost.ms).toBeGreaterThan(0);
  });

  it('has no database time for an answer from the cache', async () => {
    const ask = () => app.get('/statistics/dashboard', world.tokens.bob);
    expect((await ask()).headers.get('x-cache')).toBe('miss');
    await world.keep();
    const read = await world.costOf(ids.bob);
    expect([read.statements > 0, read.ms > 0]).toEqual([true, true]);
    for (let times = 0; times < 3; times++) expect((await ask()).headers.get('x-cache')).toBe('hit');
    await world.keep();
    const { requests, ...cost } = await world.costOf(ids.bob);
    expect([requests, cost]).toEqual([4, { ...read, requests: undefined, bytes: 4 * read.bytes }]);
    const [dashboard] = await latencies(world, [`${base}/statistics/dashboard`]);
    expect(dashboard).toMatchObject({ requests: 4, cacheHits: 3, cacheMisses: 1, databaseMs: read.ms });
  });

  it('knows a statement that took too long from other failures', async () => {
    const session = await openSession(world.database.url);
    await session.run('BEGIN');
    await session.run('LOCK TABLE users');
    const answer = await app.get('/users/me', world.tokens.alice);
    await session.close();
    expect(answer.body).toMatchObject({ code: 'statement_timeout' });
    await world.keep();
    const [me] = await latencies(world);
    expect(me).toMatchObject({ requests: 1, errors: 1, timeouts: 1 });
    expect(me?.p50Ms).toBeGreaterThan(250);
  });

  it('counts a stream when it begins, and what that has set going is not the listener’s', async () => {
    const stream = await openSse(app.url, { token: world.tokens.alice });
    expect(stream.status).toBe(200);
    await world.keep();
    const begun = await world.costOf(ids.alice);
    expect(begun.requests).toBe(1);
    await sleep(700);
    stream.close();
    await sleep(100);
    await world.keep();
    expect(await world.costOf(ids.alice)).toEqual(begun);
    expect(await latencies(world)).toMatchObject([{ requests: 1, timed: 0, p95Ms: null, meanMs: null }]);
  });

  it('is kept when the database is back, all of it', async () => {
    const name = new URL(world.database.url).pathname.slice(1);
    const control = await openSession(world.database.url.replace(name, 'postgres'));
    for (let times = 0; times < 5; times++) await app.get('/users/me', world.tokens.bob);
    await control.run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await control.run('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await world.keep();
    expect((await app.get('/users/me', world.tokens.bob)).status).toBeGreaterThanOrEqual(500);
    await world.keep();
    await control.run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await control.close();
    const ask = () => app.get('/users/me', world.tokens.bob);
    let refused = 1;
    for (; (await ask()).status !== 200; refused++) await sleep(50);
    await world.keep();
    expect(await latencies(world, [`${base}/users/me`])).toMatchObject([
      { requests: 6 + refused, errors: refused },
    ]);
    const { text } = await app.get('/metrics');
    expect(text).toMatch(/^ethhook_request_figures_failures_total [1-9]/m);
    expect(text).toMatch(/^ethhook_request_figures_dropped_total 0$/m);
  });
});

describe('two instances', () => {
  let world: RecordedWorld;
  const paths = ['/users/me', '/applications', '/events?limit=3', '/endpoints', `/endpoints/${ids.bobMain}`];

  beforeAll(async () => void (world = await startRecordedWorld(2)));
  beforeEach(() => world.clear());
  afterAll(() => world.close());

  const callers = () => [
    { token: world.tokens.alice, userId: ids.alice },
    { token: world.tokens.bob, userId: ids.bob },
  ];
  const ask = (instance: number, path: number, token?: string) =>
    world.apps[instance]?.get(paths[path] ?? '', token) as Promise<Answer>;

  /** What each path costs each of them, asked alone. */
  async function costsAlone(): Promise<Cost[][]> {
    const costs: Cost[][] = [];
    for (const { token, userId } of callers()) {
      const own: Cost[] = [];
      for (const path of paths.keys()) {
        await world.clear();
        const { text } = await ask(0, path, token);
        await world.keep();
        const { requests, rows, statements } = await sumOf(world, userId);
        own.push({ requests, rows, statements, bytes: text.length });
      }
      costs.push(own);
    }
    return costs;
  }

  it('add up, and requests at the same time are not mixed', async () => {
    const alone = await costsAlone();
    expect(alone[0]).not.toEqual(alone[1]);
    const request = fc.record({
      caller: fc.nat(1),
      instance: fc.nat(1),
      path: fc.nat(paths.length - 1),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 5, maxLength: 80 }), async (requests) => {
        await world.clear();
        await Promise.all(
          requests.map(({ caller, instance, path }) => ask(instance, path, callers()[caller]?.token)),
        );
        await world.keep();
        for (const [caller, { userId }] of callers().entries()) {
          const expected = requests
            .filter((asked) => asked.caller === caller)
            .map(({ path }) => alone[caller]?.[path] ?? none)
            .reduce(plus, none);
          expect(await sumOf(world, userId)).toEqual(expected);
        }
        const read = await latencies(world);
        expect(read.reduce((sum, { requests: n }) => sum + n, 0)).toBe(requests.length);
      }),
      { seed: 7, numRuns: 12 },
    );
  });

  it('tell quantiles of all of their latencies, within the error that is stated', async () => {
    for (const app of world.apps) app.logs.length = 0;
    await Promise.all(Array.from({ length: 300 }, (_, n) => ask(n % 2, n % 4, world.tokens.alice)));
    await world.keep();
    const raw = world.apps.flatMap(({ logs }) =>
      logs
        .map((line) => JSON.parse(line) as { msg: string; path: string; duration_ms: number })
        .filter(({ msg }) => msg === 'request'),
    );
    const read = await latencies(world);
    expect(read).toHaveLength(4);
    for (const { route, requests, timed, p50Ms, p95Ms, p99Ms, meanMs, maxMs } of read) {
      const durations = raw.filter(({ path }) => path === route).map((line) => line.duration_ms);
      durations.sort((one, other) => one - other);
      expect([requests, timed, durations.length]).toEqual([75, 75, 75]);
      for (const [share, told] of [
        [0.5, p50Ms],
        [0.95, p95Ms],
        [0.99, p99Ms],
      ] as const) {
        const real = durations[Math.ceil(share * durations.length) - 1] ?? 0;
        // The log has them in hundredths of a millisecond.
        expect(Math.abs((told ?? 0) - real)).toBeLessThanOrEqual(real * LATENCY_ERROR + 0.01);
      }
      expect(meanMs).toBeCloseTo(durations.reduce((sum, ms) => sum + ms, 0) / 75, 1);
      expect(maxMs).toBeCloseTo(durations.at(-1) ?? 0, 1);
    }
  });

  it('keep what they answered until their stop, also what is being answered then', async () => {
    const ending = await startTestApp(world.database.url);
    await ending.get('/users/me', world.tokens.bob);
    const session = await openSession(world.database.url);
    await session.run('BEGIN');
    await session.run('LOCK TABLE users');
    const answer = ending.get('/users/me', world.tokens.bob);
    await sleep(100);
    const closing = ending.close();
    await sleep(100);
    await session.close();
    expect((await answer).status).toBe(200);
    await closing;
    expect((await world.costOf(ids.bob)).requests).toBe(2);
  });
});

type Cost = Omit<TenantCostRow, 'ms'>;
const none: Cost = { requests: 0, rows: 0, bytes: 0, statements: 0 };
const plus = (one: Cost, other: Cost): Cost => ({
  requests: one.requests + other.requests,
  rows: one.rows + other.rows,
  bytes: one.bytes + other.bytes,
  statements: one.statements + other.statements,
});

async function sumOf({ costOf }: RecordedWorld, userId: string): Promise<Cost> {
  const costs = [await costOf(userId), await costOf(userId, ids.bobMain)];
  return costs
    .map(({ requests, rows, bytes, statements }) => ({ requests, rows, bytes, statements }))
    .reduce(plus, none);
}

describe('minutes that are some days old', () => {
  let database: TestDatabase;

  beforeAll(async () => void (database = await createTestDatabase()));
  afterAll(() => database.drop());

  const kept = async () => {
    const [counted] = await database.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM ethhook_admin_route_minutes',
    );
    return counted?.n ?? 0;
  };
  const recordedAt = (at: Date, part: number, latencies: readonly number[], hit: boolean) => {
    const minute = new RequestMinute(Math.floor(at.getTime() / 60_000), part);
    for (const ms of latencies) minute.add(requestOf(ms, hit), { ms: ms / 2, rows: 1, statements: 1 });
    return minute;
  };

  it('become hours of all instances, and tell the same of them', async () => {
    const session = await openSession(database.url);
    const repository = new RequestFiguresRepository(session);
    const hour = new Date(Math.floor(Date.now() / 3_600_000 - 5 * 24) * 3_600_000);
    for (let minute = 0; minute < 120; minute += 7)
      for (const instance of ['one', 'other'])
        await repository.keep(
          instance,
          recordedAt(
            new Date(hour.getTime() + minute * 60_000),
            minute,
            Array.from({ length: 20 }, (_, n) => 2 ** (((n * 7919 + minute * 31) % 1000) / 71)),
            minute % 2 === 0,
          ),
        );
    const today = recordedAt(new Date(), 0, [5, 7], false);
    await repository.keep('one', today);
    const [before, rows] = [await latencies({ database }), await kept()];
    // Given again, as after a lost answer to COMMIT.
    await repository.keep('one', today);
    expect([await latencies({ database }), await kept()]).toEqual([before, rows]);
    let rolled = 0;
    for (let last = -1; last !== 0; rolled += last) last = await repository.rollUpHour(3);
    expect([rolled, await kept()]).toEqual([rows - 1, 3]);
    const after = await latencies({ database });
    for (const [index, { meanMs, databaseMs, ...figures }] of before.entries()) {
      expect(after[index]).toMatchObject(figures);
      expect(after[index]?.meanMs).toBeCloseTo(meanMs ?? 0, 6);
      expect(after[index]?.databaseMs).toBeCloseTo(databaseMs, 3);
    }
    const from = hour.toISOString();
    const points = await new RouteLatencyReadModel(session).series({ ...always, from }, 3600);
    expect(points.map(({ at, requests }) => [at.slice(0, 13), requests])).toEqual([
      [from.slice(0, 13), 360],
      [new Date(hour.getTime() + 3_600_000).toISOString().slice(0, 13), 360],
      [new Date().toISOString().slice(0, 13), 2],
    ]);
    await session.close();
  });
});

const requestOf = (ms: number, hit: boolean): RecordedRequest => ({
  route: '/api/v1/statistics/dashboard',
  method: 'GET',
  status: 200,
  ms,
  isTimeout: false,
  cache: hit ? 'hit' : 'miss',
  userId: ids.alice,
  endpointId: NONE,
  bytes: 10,
});
