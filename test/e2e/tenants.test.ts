import { setTimeout as sleep } from 'node:timers/promises';
import { NONE, startRecordedWorld, type RecordedWorld } from '../support/request-figures.js';
import { ids } from '../support/small-world.js';
import type { Answer } from '../support/test-app.js';

const gone = 'dddddddd-dddd-4ddd-8ddd-dddddddddddd';
const root = '/admin/monitoring';

interface Tenant extends Record<string, unknown> {
  user_id: string;
  state: string;
  requests: number;
  database_ms: number;
  stored_bytes: number | null;
  percent: Record<string, number>;
}

let world: RecordedWorld;
const ask = (path: string) => world.apps[0]?.get(root + path, world.tokens.admin) as Promise<Answer>;
const tenantsOf = ({ body }: Answer) => (body as { tenants: Tenant[] }).tenants;
const idsOf = (answer: Answer) => tenantsOf(answer).map(({ user_id }) => user_id);

async function untilFolded(): Promise<void> {
  for (;;) {
    const [left] = await world.database.query<{ n: number }>(
      `SELECT (SELECT count(*) FROM statistics_rebuilds)::int
                + (SELECT abs(coalesce(sum(t.attempts), 0) - (SELECT count(*) FROM delivery_attempts))
                     FROM statistics_totals t WHERE t.kind = 0)::int AS n`,
    );
    if (left?.n === 0) return;
    await sleep(50);
  }
}

beforeAll(async () => {
  world = await startRecordedWorld(1, { FOLD_ENABLED: 'true' });
  const [app] = world.apps;
  await untilFolded();
  await world.database.query(`INSERT INTO ethhook_admin_tenant_hours VALUES
    (date_bin('1 hour', now(), 'epoch'), '${gone}', '${NONE}', 2, 1e6, 4, 5, 6),
    (date_bin('1 hour', now() - INTERVAL '3 days', 'epoch'), '${ids.alice}', '${NONE}', 1000, 1e6, 4, 5, 6)`);
  for (let times = 0; times < 3; times++) await app?.get('/users/me', world.tokens.alice);
  await app?.get(`/endpoints/${ids.aliceMain}`, world.tokens.alice);
  await app?.get('/users/me', world.tokens.bob);
  await app?.get('/users/me');
  await world.keep();
}, 60_000);
afterAll(() => world.close());

it('has all who have asked or stored something, with their share of the whole', async () => {
  const answer = await ask('/tenants');
  expect(answer.status).toBe(200);
  const tenants = tenantsOf(answer);
  expect(tenants.map(({ user_id, state, requests }) => [user_id, state, requests])).toEqual([
    [gone, 'deleted', 2],
    [ids.alice, 'active', 4],
    [ids.bob, 'active', 1],
    [NONE, 'nobody', 1],
  ]);
  expect(tenants.map(({ percent }) => percent['requests'])).toEqual([25, 50, 12.5, 12.5]);
  for (const figure of ['requests', 'database_ms', 'rows', 'response_bytes'])
    expect(tenants.reduce((sum, { percent }) => sum + (percent[figure] ?? 0), 0)).toBeCloseTo(100, 6);
  const alice = await world.costOf(ids.alice);
  expect(tenants[1]).toMatchObject({ email: 'alice@example.com', attempts: 7, events: 5 });
  expect(alice.requests).toBe(1003);
});

it('tells what is stored exactly, and its bytes as a share of the tables', async () => {
  await world.database.query('ANALYZE delivery_attempts, events');
  const [real] = await world.database.query<Record<'attempts' | 'events' | 'bytes', number>>(
    `SELECT count(*)::int AS attempts, count(DISTINCT a.event_id)::int AS events,
            (count(*) * pg_total_relation_size('delivery_attempts')::float8 / (SELECT count(*) FROM delivery_attempts)
              + count(DISTINCT a.event_id) * pg_total_relation_size('events')::float8 / (SELECT count(*) FROM events)) AS bytes
       FROM delivery_attempts a WHERE a.user_id = $1`,
    [ids.alice],
  );
  const { body } = await ask(`/tenants/${ids.alice}`);
  expect(body.tenant).toMatchObject({ attempts: real?.attempts, events: real?.events });
  expect(body.tenant.stored_bytes).toBeCloseTo(real?.bytes ?? 0, -1);
  expect(body.limits).toEqual([expect.stringContaining('estimates')]);
});

it('is sorted by any of its figures, and paged', async () => {
  expect(idsOf(await ask('/tenants?sort=requests'))).toEqual([ids.alice, gone, NONE, ids.bob]);
  expect(idsOf(await ask('/tenants?sort=stored_bytes')).slice(0, 2)).toEqual([ids.alice, ids.bob]);
  for (const sort of ['rows', 'response_bytes', 'growth'])
    expect(tenantsOf(await ask(`/tenants?sort=${sort}`))).toHaveLength(4);
  const pages = [];
  for (const offset of [0, 2, 4]) pages.push(await ask(`/tenants?sort=requests&limit=2&offset=${offset}`));
  expect(pages.flatMap(idsOf)).toEqual([ids.alice, gone, NONE, ids.bob]);
  expect(pages[0]?.body).toMatchObject({ total: 4 });
});

it('counts the hours of the range, and no others', async () => {
  const from = new Date(Date.now() - 4 * 86_400_000).toISOString();
  const until = new Date(Date.now() - 2 * 86_400_000).toISOString();
  const [alice] = tenantsOf(await ask(`/tenants?sort=requests&from=${from}&until=${until}`));
  expect(alice).toMatchObject({ user_id: ids.alice, requests: 1000 });
  expect((await ask(`/tenants?from=${until}&until=${from}`)).body).toMatchObject({ field: 'until' });
});

it('tells of one tenant by endpoint and over time, which add up to it', async () => {
  const { body } = await ask(`/tenants/${ids.alice}`);
  const { tenant, endpoints, series } = body as Record<string, Tenant[]> & { tenant: Tenant };
  const sum = (rows: Tenant[] = [], figure = 'requests') =>
    rows.reduce((all, row) => all + Number(row[figure]), 0);
  for (const figure of ['requests', 'rows', 'response_bytes']) {
    expect([figure, sum(endpoints, figure)]).toEqual([figure, tenant[figure]]);
    expect([figure, sum(series, figure)]).toEqual([figure, tenant[figure]]);
  }
  expect(sum(endpoints, 'attempts')).toBe(tenant['attempts']);
  const byId = Object.fromEntries((endpoints ?? []).map((row) => [String(row['endpoint_id']), row]));
  expect(byId[ids.aliceMain]).toMatchObject({ name: 'main', requests: 1, attempts: 6, is_deleted: false });
  expect(byId[ids.aliceSpare]).toMatchObject({ name: 'spare', requests: 0, attempts: 1 });
  expect(byId['null']).toMatchObject({ name: null, requests: 3, attempts: 0, is_deleted: false });
  expect((await ask(`/tenants/${gone}`)).body).toMatchObject({ tenant: { state: 'deleted' } });
  expect((await ask(`/tenants/${ids.shared}`)).body).toMatchObject({ code: 'tenant_not_found' });
});

it('names the top tenants of the last refresh of user_recent_stats, and says when that was', async () => {
  await world.database.query('REFRESH MATERIALIZED VIEW user_recent_stats');
  const { body } = await ask('/tenants/top');
  const [alice, bob] = body.tenants;
  expect(alice).toMatchObject({ user_id: ids.alice, deliveries: 7, events: 5, successes: 4, failures: 2 });
  expect(bob).toMatchObject({ user_id: ids.bob, deliveries: 2, deliveries_percent: (2 / 9) * 100 });
  expect(Date.parse(body.as_of)).toBeGreaterThan(Date.parse(body.refreshed_at));
  await world.database.query('REFRESH MATERIALIZED VIEW user_recent_stats WITH NO DATA');
  expect((await ask('/tenants/top')).body).toMatchObject({
    tenants: [],
    refreshed_at: null,
    limits: [expect.stringContaining('refresh-recent-stats')],
  });
});

it('tells latencies by route, and of one route over time', async () => {
  const { body } = await ask('/requests/routes');
  const me = body.routes.find(({ route }: { route: string }) => route === '/api/v1/users/me');
  expect(me).toMatchObject({ method: 'GET', requests: 5, client_errors: 1, errors: 0, timed: 5 });
  expect(me.p50_ms).toBeGreaterThan(0);
  const one = await ask('/requests/routes?route=/api/v1/users/me');
  expect(one.body.routes).toEqual([me]);
  const series = await ask('/requests/series?route=/api/v1/users/me&step_seconds=86400');
  expect(series.body.points).toEqual([{ ...me, at: expect.any(String) }]);
  for (const path of [
    '/requests/routes?x=1',
    '/requests/series',
    '/tenants?sort=x',
    '/tenants/top?limit=101',
  ])
    expect([path, (await ask(path)).status]).toEqual([path, 400]);
});
