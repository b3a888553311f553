import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { RouteLatencyReadModel, type RouteLatency } from '../../src/modules/monitoring/requests/route-latency.read-model.js';
import { LATENCY_ERROR } from '../../src/kernel/telemetry/requests/latency-bins.js';
import { openSession } from '../support/own-session.js';
import { openSse } from '../support/live-clients.js';
import { NONE, startRecordedWorld, type RecordedWorld } from '../support/request-figures.js';
import { ids } from '../support/small-world.js';
import type { Answer, TestApp } from '../support/test-app.js';

const always = { from: '2000-01-01T00:00:00Z', until: '2100-01-01T00:00:00Z', routes: null };
const base = '/api/v1';

async function latencies({ database }: RecordedWorld, routes: string[] | null = null): Promise<RouteLatency[]> {
  const session = await openSession(database.url);
  const read = await new RouteLatencyReadModel(session).over({ ...always, routes });
  await session.close();
  return read;
}

const named = (read: readonly RouteLatency[], name: string) =>
  read.find(({ method, route }) => `${method} ${route}` === name);

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
    const figures = read.map((r) => [`${r.method} ${r.route}`, r.requests, r.errors, r.clientErrors, r.timed]);
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
    expect((await app.get('/users/me', world.tokens.bob)).status).toBe(503);
    await world.keep();
    await control.run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await control.close();
    const ask = () => app.get('/users/me', world.tokens.bob);
    let refused = 1;
    for (; (await ask()).status !== 200; refused++) await sleep(50);
    await world.keep();
    expect(await latencies(world, [`${base}/users/me`])).toMatchObject([{ requests: 6 + refused, errors: refused }]);
    const { text } = await app.get('/metrics');
    expect(text).toMatch(/^ethhook_request_figures_failures_total [1-9]/m);
    expect(text).toMatch(/^ethhook_request_figures_dropped_total 0$/m);
  });
});

describe('two instances', () => {
  let world: RecordedWorld;
  const paths = ['/users/me', '/applications', '/events?limit=3', `/endpoints`] as const;

  beforeAll(async () => void (world = await startRecordedWorld(2)));
  beforeEach(() => world.clear());

  /** A statement more or less where a connection is new: those are not of requests. */
  async function costsOfOne(token: string, userId: string) {
    const costs = [];
    for (const path of paths) {
      await world.clear();
      await world.apps[0]?.get(path, token);
      await world.keep();
      const { requests, rows, bytes, statements } = await world.costOf(userId);
      costs.push({ requests, rows, bytes, statements });
    }
    await world.clear();
    return costs;
  }

  it('add up, and requests at the same time are not mixed', async () => {
    const callers = [
      { token: world.tokens.alice, userId: ids.alice },
      { token: world.tokens.bob, userId: ids.bob },
    ];
    const single = await Promise.all([]);
    const costs = [...single];
    for (const { token, userId } of callers) costs.push((await costsOfOne(token, userId)) as never);
    const request = fc.record({ caller: fc.nat(1), instance: fc.nat(1), path: fc.nat(paths.length - 1) });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 60 }), async (requests) => {
        await world.clear();
        await Promise.all(
          requests.map(({ caller, instance, path }) =>
            world.apps[instance]?.get(paths[path] ?? '', callers[caller]?.token),
          ),
        );
        await world.keep();
        expect(requests.length).toBeGreaterThan(0);
      }),
      { seed: 7, numRuns: 8 },
    );
  });
});
