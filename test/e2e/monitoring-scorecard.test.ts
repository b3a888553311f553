import { LATENCY_ERROR, latencyBin } from '../../src/kernel/telemetry/requests/latency-bins.js';
import type { BaselineDto } from '../../src/modules/monitoring/scorecard/dto/baseline.body.js';
import type { PlanTableDto } from '../../src/modules/monitoring/scorecard/dto/plan-table.dto.js';
import type { ScorecardDto } from '../../src/modules/monitoring/scorecard/dto/scorecard.dto.js';
import { ScorecardCollector } from '../../src/modules/monitoring/scorecard/scorecard.collector.js';
import type { MarkDto, TimelineDto } from '../../src/modules/monitoring/timeline/dto/mark.dto.js';
import { auditRows } from '../support/audit-rows.js';
import { openSession } from '../support/own-session.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const base = '/admin/monitoring';
const hour = '2026-03-04T10:00:00Z';
const range = 'from=2026-03-04T10:00:00Z&until=2026-03-04T11:00:00Z';
let database: TestDatabase;
let app: TestApp;
let admin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url, { APP_VERSION: '7.8.9', APP_COMMIT: 'c0ffee' });
  admin = await app.login('admin@example.com', password);
}, 60_000);
afterAll(async () => {
  await app.close();
  await database.drop();
});

const get = (path: string) => app.get(base + path, admin);
const scorecard = async (query = range) => (await get(`/scorecard?${query}`)).body as ScorecardDto;
const target = ({ targets }: ScorecardDto, name: string) => targets.find((one) => one.name === name);

/** So many requests in a minute, each of so many ms. */
const requests = (minute: number, route: string, ms: number, count: number, errors = 0, timeouts = 0) =>
  database.query(
    `INSERT INTO ethhook_admin_route_minutes
       (minute, instance, part, route, method, requests, errors, client_errors, timeouts, cache_hits, cache_misses, sum_ms, max_ms,
        database_ms, bins, counts)
     VALUES ($1::timestamptz + make_interval(mins => $2), 'i', 0, $3, 'GET', $4, $5, 0, $6, 0, 0, $7, $8, 1, ARRAY[$9::int], ARRAY[$4::int])`,
    [hour, minute, route, count, errors, timeouts, ms * count, ms, latencyBin(ms)],
  );
const sample = (minute: number, series: string, value: number) =>
  database.query(
    `INSERT INTO ethhook_admin_samples (series, object, at, value) VALUES ($1, '', $2::timestamptz + make_interval(mins => $3), $4)`,
    [series, hour, minute, value],
  );

it('knows nothing where nothing was measured: neither 0 nor met', async () => {
  const card = await scorecard();
  expect(card.targets).toHaveLength(12);
  for (const one of card.targets)
    expect(one).toMatchObject({
      measured: null,
      text: null,
      state: 'unknown',
      samples: 0,
      reason: expect.any(String),
    });
  const table = (await get(`/scorecard/plan-table?${range}`)).body as PlanTableDto;
  expect(table.rows.map(({ measured, state }) => [measured === null, state])).toEqual(
    table.rows.map(({ figure }) => (figure === 'database_size_bytes' ? [false, 'met'] : [true, 'unknown'])),
  );
  expect(table.rows.map(({ before }) => before?.source)).toEqual(Array(6).fill('optimisation plan'));
});

it('is what was measured, counted by hand', async () => {
  const dashboard = '/api/v1/statistics/dashboard';
  await requests(0, dashboard, 10, 90);
  await requests(1, dashboard, 200, 8);
  await requests(2, dashboard, 3000, 2, 2, 1);
  await requests(-1, dashboard, 60_000, 1000); // before the range
  await requests(60, dashboard, 60_000, 1000); // and after it
  await requests(3, '/api/v1/events', 20, 100);
  await requests(3, '/api/v1/delivery-attempts', 40, 100);
  for (let minute = 0; minute < 20; minute++) {
    await sample(minute, 'database_cpu_ratio', minute === 19 ? 0.9 : 0.1 + minute / 100);
    await sample(minute, 'database_memory_bytes', 5e9 + minute * 1e8);
    await sample(minute, 'database_cache_hit_blocks', 98);
    await sample(minute, 'database_cache_read_blocks', 2);
  }
  await database.query(
    `INSERT INTO ethhook_admin_statement_turns (at, sees_all, entries, moved, was_wiped, dealloc, evictions, deadlocks, new_deadlocks,
                                                server_started_at)
     VALUES ($1::timestamptz + INTERVAL '5 minutes', true, 3, 3, false, 0, 0, 0, 0, now())`,
    [hour],
  );
  await database.query(
    `WITH k AS (INSERT INTO ethhook_admin_statements (dbid, userid, queryid, toplevel)
                VALUES (1, 1, 11, true), (1, 1, 12, true), (1, 1, 13, true), (1, 1, 14, false) RETURNING id, queryid),
          x AS (INSERT INTO ethhook_admin_statement_texts (queryid, text, label, kind, is_masked, is_truncated)
                VALUES (11, 'SELECT a', 'a.quick', 'plannable', false, false), (12, 'SELECT b', 'b.slow', 'plannable', false, false),
                       (13, 'VACUUM', NULL, 'utility', false, false))
     INSERT INTO ethhook_admin_statement_hours (at, statement_id, calls, exec_ms)
     SELECT $1::timestamptz, k.id, f.calls, f.ms
       FROM k JOIN (VALUES (11, 7000, 7000), (12, 100, 250000), (13, 1, 900000), (14, 1, 990000)) f (queryid, calls, ms)
         ON f.queryid = k.queryid`,
    [hour],
  );
  await database.query(
    `INSERT INTO ethhook_admin_statement_errors (at, label, sqlstate, count)
     VALUES ($1::timestamptz + INTERVAL '7 minutes', 'a.quick', '57014', 4), ($1::timestamptz + INTERVAL '8 minutes', 'a.quick', '40P01', 9)`,
    [hour],
  );
  const card = await scorecard();
  const expected: Record<string, object> = {
    'dashboard-loads': { state: 'missed', samples: 100 },
    'event-listing-loads': { state: 'met', samples: 100 },
    'database-cpu': { measured: expect.closeTo(0.28, 9), state: 'met', samples: 20 },
    'database-memory': { measured: 6.9e9, state: 'missed', text: '6.9 GB' },
    'query-timeouts': { measured: 4, state: 'missed', samples: 300 },
    'statement-means': { measured: 2500, state: 'met', reason: 'the slowest is b.slow', samples: 7101 },
    'dashboard-p95': { state: 'missed', samples: 100 },
    'list-p95': {
      ...{ state: 'met', samples: 200 },
      reason: 'the slowest is /api/v1/delivery-attempts',
    },
    'series-p95': { measured: null, state: 'unknown' },
    'statement-means-1s': { measured: 2500, state: 'missed' },
    'cache-hits': { measured: expect.closeTo(0.98, 9), state: 'missed' },
    'request-errors': { measured: expect.closeTo(2 / 300, 9), state: 'missed' },
  };
  for (const [name, figures] of Object.entries(expected))
    expect(target(card, name)).toMatchObject({ name, ...figures });
  const latencies = {
    'dashboard-loads': 3000,
    'event-listing-loads': 20,
    'dashboard-p95': 200,
    'list-p95': 40,
  };
  for (const [name, ms] of Object.entries(latencies))
    expect(Math.abs((target(card, name)?.measured ?? 0) / ms - 1)).toBeLessThan(LATENCY_ERROR + 0.001);
  expect(target(card, 'dashboard-loads')?.baseline).toEqual({
    ...{ low: 50_000, high: 300_000, text: '50 s – 300 s', source: 'optimisation plan' },
  });
});

it("fills in the plan's table, as JSON and as Markdown", async () => {
  const table = (await get(`/scorecard/plan-table?${range}`)).body as PlanTableDto;
  const row = (figure: string) => table.rows.find((one) => one.figure === figure);
  expect(table.rows.map(({ metric }) => metric)).toEqual([
    ...[
      'Dashboard load',
      'Event listing',
      'Time-series query',
      'Database size',
      'Memory usage',
      'Query throughput',
    ],
  ]);
  expect(row('event_listing_ms')).toMatchObject({ state: 'met', samples: 100 });
  // 71 s at the best before, some 20 ms at the worst now.
  expect((row('event_listing_ms')?.times_better ?? 0) / 3550).toBeCloseTo(1, 1);
  expect(row('dashboard_ms')).toMatchObject({ state: 'missed', after_phases_2_and_3: '<1s' });
  expect(row('queries_per_second')).toMatchObject({
    ...{ measured: { low: expect.closeTo(7101 / 3600, 6) }, state: 'unknown' },
    times_better: expect.closeTo(7101 / 3600 / 3, 6),
  });
  const markdown = await get(`/scorecard/plan-table?${range}&format=markdown`);
  expect(markdown.headers.get('content-type')).toMatch(/^text\/markdown/);
  const lines = markdown.text.split('\n');
  expect(lines[2]).toMatch(
    /^\| Dashboard load \| 50 s – 300 s \(optimisation plan\) \| 10-30s \| <1s \| .* \| missed \|$/,
  );
  expect(lines[4]).toMatch(
    /\| 29 s – 276 s \(optimisation plan\) \| 5-15s \| <2s \| unknown \| +\| unknown \|$/,
  );
  const cells = lines.filter((line) => line.startsWith('|')).map((line) => line.split('|').length);
  expect(cells).toEqual(Array(8).fill(9));
});

it('records each hour and day once, with the bound as it was', async () => {
  const session = await openSession(database.url);
  try {
    // As if the hour before this one had been the one that was measured, and nothing had been recorded yet.
    await database.query(
      `UPDATE ethhook_admin_route_minutes SET minute = minute + (date_trunc('hour', now() - INTERVAL '10 minutes') - INTERVAL '1 hour' - $1)`,
      [hour],
    );
    await database.query('TRUNCATE ethhook_admin_scorecard'); // the server records, too: from here on the same as we
    const collector = new ScorecardCollector();
    await collector.collect(session);
    await collector.collect(session);
    const rows = await database.query(
      `SELECT s.period, count(*)::int AS count, bool_and(s.at = date_trunc(s.period, s.at, 'UTC')) AS whole,
              max(s.measured) FILTER (WHERE s.target = 'dashboard-loads' AND s.period = 'hour') AS measured
         FROM ethhook_admin_scorecard s GROUP BY s.period ORDER BY s.period`,
    );
    expect(rows).toEqual([
      { period: 'day', count: 12, whole: true, measured: null },
      { period: 'hour', count: 12, whole: true, measured: expect.closeTo(3000, -2) },
    ]);
    const { over_time } = await scorecard('');
    expect(over_time.period).toBe('hour');
    expect(over_time.points).toHaveLength(12);
    expect(over_time.points.find((point) => point.target === 'dashboard-loads')).toMatchObject({
      ...{ bound: 2000, measured: expect.closeTo(3000, -2), state: 'missed', samples: 100 },
    });
    expect(over_time.points.find((point) => point.target === 'series-p95')).toMatchObject({
      ...{ measured: null, state: 'unknown', samples: 0 },
    });
  } finally {
    await session.close();
  }
});

it('takes another baseline, with its source, from an administrator, in the audit log; what is left out is the plan again', async () => {
  const body = {
    source: 'the old server',
    figures: { dashboard_ms: { low: 61_000, high: 240_000 }, cpu_ratio: 0.97 },
  };
  const put = await app.call('PUT', `${base}/scorecard/baseline`, admin, body);
  expect(put.status).toBe(200);
  const card = await scorecard();
  expect(target(card, 'dashboard-p95')?.baseline).toMatchObject({ low: 61_000, source: 'the old server' });
  expect(target(card, 'database-cpu')?.baseline).toMatchObject({ text: '97 %', source: 'the old server' });
  expect(target(card, 'database-memory')?.baseline).toMatchObject({ source: 'optimisation plan' });
  expect((await auditRows(database)).at(-1)).toMatchObject({
    ...{ user_id: ids.admin, action: 'baseline.replaced', resource_type: 'baseline' },
    metadata: { name: 'the old server', after: { cpu_ratio: { low: 0.97 } } },
  });
  await app.call('PUT', `${base}/scorecard/baseline`, admin, { source: 'none', figures: {} });
  const { figures } = (await get('/scorecard/baseline')).body as BaselineDto;
  expect(figures.find(({ figure }) => figure === 'dashboard_ms')?.value).toMatchObject({ low: 50_000 });
  expect(figures.find(({ figure }) => figure === 'error_ratio')?.value).toBeNull();
  expect(target(await scorecard(), 'dashboard-p95')?.baseline?.source).toBe('optimisation plan');
});

it('marks what an administrator says, in the audit log, and the start of this version', async () => {
  const made = await app.post(
    `${base}/timeline`,
    { name: ' a larger machine ', at: '2026-01-02T03:04:05.123456Z', note: '16 GB' },
    { authorization: `Bearer ${admin}` },
  );
  expect(made).toMatchObject({
    status: 201,
    body: { kind: 'manual', name: 'a larger machine', at: '2026-01-02T03:04:05.123456Z', by: ids.admin },
  });
  const { id } = made.body as MarkDto;
  expect((await auditRows(database)).at(-1)).toMatchObject({
    ...{ user_id: ids.admin, action: 'mark.created', resource_type: 'mark' },
    metadata: { name: 'a larger machine', after: { id, note: '16 GB' } },
  });
  const list = async (query: string) => (await get(`/timeline?${query}`)).body as TimelineDto;
  expect((await list('kind=deployment')).marks).toEqual([
    expect.objectContaining({ name: '7.8.9 (c0ffee)', details: { version: '7.8.9', commit: 'c0ffee' } }),
  ]);
  expect((await list('until=2026-01-03')).marks.map((mark) => mark.id)).toEqual([id]);
  const all = (await list('limit=100&kind=migration,manual')).marks.map((mark) => mark.id);
  const paged: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: TimelineDto = await list(
      `limit=7&kind=migration,manual${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    paged.push(...page.marks.map((mark) => mark.id));
    cursor = page.next_cursor;
  }
  expect(paged).toEqual(all);
  const effect = await get(`/timeline/${id}/effect?window=2h`);
  expect(effect).toMatchObject({ status: 200, body: { mark: { id }, routes: { changed: [] } } });
});

it.each([
  ['GET', '/timeline?kind=nonsense', undefined, 400, 'kind.0'],
  ['GET', '/timeline?cursor=nonsense', undefined, 400, 'cursor'],
  ['GET', '/timeline?limit=101', undefined, 400, 'limit'],
  ['GET', '/timeline?from=2026-02-31', undefined, 400, 'from'],
  ['GET', '/timeline?page=2', undefined, 400, 'page'],
  ['GET', '/timeline/nonsense/effect', undefined, 400, 'id'],
  ['GET', '/timeline/mark:999999999/effect', undefined, 404, undefined],
  ['GET', '/timeline/mark:1/effect?window=8d', undefined, 400, 'window'],
  ['GET', '/timeline/mark:1/effect?window=5m', undefined, 400, 'window'],
  ['POST', '/timeline', { name: 'x', at: '2126-01-01T00:00:00Z' }, 400, 'at'],
  ['POST', '/timeline', { name: ' ' }, 400, 'name'],
  ['POST', '/timeline', { name: 'x', kind: 'migration' }, 400, 'kind'],
  ['GET', '/scorecard?from=2026-01-02&until=2026-01-02', undefined, 400, 'from'],
  ['GET', '/scorecard?from=2020-01-02', undefined, 400, 'from'],
  ['GET', '/scorecard?from=2026-01-02&until=2026-02-02&period=hour', undefined, 400, 'period'],
  ['GET', '/scorecard/plan-table?format=html', undefined, 400, 'format'],
  ['PUT', '/scorecard/baseline', { source: 'x', figures: { nonsense: 1 } }, 400, undefined],
  ['PUT', '/scorecard/baseline', { source: 'x', figures: { cpu_ratio: -1 } }, 400, 'figures.cpu_ratio'],
  [
    'PUT',
    '/scorecard/baseline',
    { source: 'x', figures: { cpu_ratio: { low: 2, high: 1 } } },
    400,
    'figures.cpu_ratio',
  ],
  ['PUT', '/scorecard/baseline', { figures: {} }, 400, 'source'],
])('refuses %s %s %j with %d', async (method, path, body, status, field) => {
  const answer = await app.call(method, base + path, admin, body);
  expect([answer.status, (answer.body as { field?: string }).field]).toEqual([
    status,
    field ?? (answer.body as { field?: string }).field,
  ]);
});
