import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { metricNames } from '../support/promql-names.js';
import { itWithPromtool, promtool } from '../support/promtool.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const root = join(import.meta.dirname, '..', '..');
const file = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook_url: string };
}
const rules = (load(file('prometheus', 'alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

interface Panel {
  id: number;
  type: string;
  title: string;
  targets?: { expr: string }[];
}
const dashboards = readdirSync(join(root, 'grafana', 'dashboards')).map(
  (name) =>
    JSON.parse(file('grafana', 'dashboards', name)) as {
      uid: string;
      schemaVersion: number;
      panels: Panel[];
      templating: { list: { name: string; type: string; query: unknown }[] };
    },
);
/** Variables stand for what Grafana puts there. */
const expressions = dashboards.flatMap(({ panels }) =>
  panels.flatMap(({ targets = [] }) =>
    targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'ethhook-admin')),
  ),
);

let database: TestDatabase;
let app: TestApp;
let text: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  await database.query(
    `INSERT INTO ethhook_admin_job_runs (job, state, finished_at) SELECT name, 'succeeded', now() FROM ethhook_admin_jobs LIMIT 1`,
  );
  // What is not reached still is a Redis and a replica to tell of.
  app = await startTestApp(database.url, {
    REDIS_URL: 'redis://127.0.0.1:1',
    DATABASE_REPLICA_URLS: 'postgres://nobody@127.0.0.1:1/none',
    CACHE_TTL_SECONDS: '30',
  });
  const token = await app.login('alice@example.com', password);
  for (const path of [
    '/statistics/dashboard',
    '/events',
    `/endpoints/${ids.aliceMain}/statistics`,
    '/no-such-route',
  ])
    await app.get(path, token);
  text = (await app.get('/metrics')).text;
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

/** By their TYPE lines; of a histogram also the series that it has. */
function exportedNames(): Set<string> {
  const names = new Set(['up']); // Prometheus' own
  for (const [, name = '', type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm))
    for (const end of type === 'histogram' ? ['_bucket', '_count', '_sum'] : ['']) names.add(name + end);
  return names;
}

const series = () => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

itWithPromtool('promtool finds nothing wrong with all that a server exports', () => {
  expect(promtool(['check', 'metrics'], text)).toEqual({ status: 0, said: '' });
});

itWithPromtool('promtool takes the alert rules, and they fire when they should', () => {
  const { status, said } = promtool(['check', 'rules', join(root, 'prometheus', 'alerts.yml')]);
  expect([status, said]).toEqual([0, expect.stringContaining(`${rules.length} rules found`)]);
  const tested = promtool(['test', 'rules', join(root, 'prometheus', 'alerts.test.yml')]);
  expect([tested.status, tested.said]).toEqual([0, expect.stringContaining('SUCCESS')]);
});

it('has every metric that the alert rules and the dashboard read', () => {
  const read = [...rules.map(({ expr }) => expr), ...expressions].flatMap(metricNames);
  expect(new Set(read).size).toBeGreaterThan(40);
  const exported = exportedNames();
  expect(read.filter((name) => !exported.has(name))).toEqual([]);
});

it('each alert has a severity, and a section of the runbook', () => {
  const anchors = [...file('docs', 'monitoring.md').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const { alert, labels, annotations } of rules) {
    expect(['critical', 'warning']).toContain(labels.severity);
    expect([alert, annotations.runbook_url]).toEqual([
      alert,
      `docs/monitoring.md#alert-${alert.toLowerCase()}`,
    ]);
    expect(anchors).toContain(`alert-${alert.toLowerCase()}`);
  }
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});

it('the dashboard can be imported: its source of data is a variable, ids are its own, and each panel has figures', () => {
  expect(dashboards).toHaveLength(1);
  for (const { uid, schemaVersion, panels, templating } of dashboards) {
    expect([uid, schemaVersion >= 39]).toEqual([expect.stringMatching(/^[\w-]{1,40}$/), true]);
    expect(templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
      'Requests',
      'Database',
      'Statistics fold',
      'Maintenance jobs',
      'Cache',
      'Findings',
    ]);
    for (const { type, title, targets = [] } of panels)
      expect([title, type === 'row' || targets.length > 0]).toEqual([title, true]);
  }
});

it('has templates of routes, and no ids, paths, addresses, statements or tenants in any label', () => {
  const requests = series().filter((line) => line.startsWith('ethhook_http_request_duration_seconds_count'));
  expect(requests).toContainEqual(
    expect.stringMatching(
      /route="\/api\/v1\/endpoints\/:id\/statistics".*status="2xx"|status="2xx".*:id\/statistics/,
    ),
  );
  expect(requests.join()).not.toContain('no-such-route');
  const labels = series().map((line) => /\{(.*)\}/.exec(line)?.[1] ?? '');
  for (const told of labels)
    expect(told).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}|127\.0\.0\.1|@|SELECT|alice|\/endpoints\/[0-9a-f]/i);
  expect(series().length).toBeLessThan(1500);
});

it('tells the figures of PostgreSQL as it has them', async () => {
  const value = (line: string) =>
    Number(new RegExp(`^${line.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);
  const [server] = await database.query<Record<string, number>>(
    `SELECT current_setting('max_connections')::int AS connections,
            (SELECT max(age(d.datfrozenxid)) FROM pg_database d) AS age,
            extract(epoch FROM pg_postmaster_start_time())::float8 AS started`,
  );
  expect(value('ethhook_postgres_connections_limit')).toBeLessThanOrEqual(server?.connections ?? 0);
  expect(value('ethhook_postgres_connections_limit')).toBeGreaterThan((server?.connections ?? 0) - 10);
  expect(value('ethhook_postgres_connections{state="active"}')).toBeGreaterThanOrEqual(1);
  expect(value('ethhook_postgres_start_time_seconds')).toBeCloseTo(server?.started ?? 0, 1);
  expect(Math.abs(value('ethhook_postgres_oldest_transaction_id_age') - (server?.age ?? 0))).toBeLessThan(
    1000,
  );
  expect(value('ethhook_postgres_blocks_total{found="buffers"}')).toBeGreaterThan(100);
  expect(value('ethhook_postgres_replicas')).toBe(0);
  // There is no standby: no figure is told of it.
  expect(text).not.toMatch(/^ethhook_postgres_replication_lag_bytes /m);
  expect(value('ethhook_monitoring_findings{severity="critical"}')).toBeGreaterThanOrEqual(0);
});
