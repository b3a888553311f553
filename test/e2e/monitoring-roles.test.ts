import { becomes } from '../support/leader-tasks.js';
import { readRoutes } from '../support/openapi-routes.js';
import { createServerRole } from '../support/server-roles.js';
import { createSmallWorld, password } from '../support/small-world.js';
import { startTestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

/** Those without which there is no answer. */
const queryOf: Readonly<Record<string, string>> = {
  'activity/trends': '?series=server_connections',
  'indexes/history': '?index=public.events_pkey',
  'requests/series': '?route=/api/v1/users/me',
  'tables/history': '?table=public.events',
};

const collectors = [
  'activity',
  'checks',
  'objects',
  'statement-plans',
  'route-minutes',
  'scorecard',
  'settings',
  'statements',
];

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
});
afterAll(() => database.drop());

it.each(['superuser', 'monitor', 'plain'] as const)(
  'as a %s role every collector works, and every route answers or says which GRANT it lacks',
  async (role) => {
    const url = await createServerRole(database, role);
    const app = await startTestApp(url);
    try {
      const lines = async (metric: string) =>
        (await app.get('/metrics')).text.split('\n').filter((line) => line.startsWith(metric));
      await becomes(
        'all have looked',
        async () => (await lines('ethhook_monitoring_collections_total')).length === collectors.length,
        30_000,
      );
      expect(await lines('ethhook_monitoring_collect_failures_total')).toEqual([]);
      const admin = await app.login('admin@example.com', password);
      const prefix = '/admin/monitoring/';
      const routes = (await readRoutes(app)).filter(
        ({ method, path }) => method === 'GET' && path.startsWith(prefix) && !path.includes('{'),
      );
      expect(routes.length).toBeGreaterThan(25);
      const [limits, unsaid]: [string[], string[]] = [[], []];
      for (const { path } of routes) {
        const name = path.slice(prefix.length);
        const { status, body, text } = await app.get(path + (queryOf[name] ?? ''), admin);
        expect([name, status, status === 200 ? '' : text]).toEqual([name, 200, '']);
        const said = body as { as_of?: string; limits?: string[] };
        if (!/^\d{4}-.*Z$/.test(said.as_of ?? '') || said.limits === undefined) unsaid.push(name);
        limits.push(...(said.limits ?? []));
      }
      expect(unsaid).toEqual([]);
      const grants = limits.filter((limit) => limit.includes('GRANT pg_'));
      expect(grants.length > 0).toBe(role === 'plain');
    } finally {
      await app.close();
    }
  },
);
