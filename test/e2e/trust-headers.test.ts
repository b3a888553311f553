import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const deletion = '00000000-0000-4000-8000-0000000000d1';

let database: TestDatabase;
let app: TestApp;
let alice: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  await database.query(
    `INSERT INTO deletions (id, user_id, resource_type, resource_id, name, attempts_total)
     VALUES ($1, $2, 'endpoint', gen_random_uuid(), 'gone', 0)`,
    [deletion, ids.alice],
  );
  app = await startTestApp(database.url);
  alice = await app.login('alice@example.com', password);
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

it('each route that sends trust headers documents them, and no other', async () => {
  const { body } = await app.get('/docs/openapi.json');
  const paths = body.paths as Record<string, { get?: { responses: Record<string, { headers?: object }> } }>;
  const sample: Record<string, string> = {
    '/events/{id}': ids.shared,
    '/applications/{id}': ids.aliceApp,
    '/endpoints/{id}': ids.aliceMain,
    '/deletions/{id}': deletion,
  };
  for (const [path, { get }] of Object.entries(paths)) {
    const route = path.replace('/api/v1', '');
    const id = Object.entries(sample).find(([prefix]) => route.startsWith(prefix))?.[1] ?? ids.aliceMain;
    // A stream does not end; administrators' answers are of no tenant.
    if (get?.responses['200'] === undefined || /^\/(events\/stream$|admin\/)/.test(route)) continue;
    const batch = /^\/statistics\/(endpoints|applications)$/.test(route) ? `?ids=${ids.aliceMain}` : '';
    const { status, headers } = await app.get(route.replace('{id}', id) + batch, alice);
    expect({ route, status, isTrusted: headers.has('x-data-as-of') }).toEqual({
      route,
      status: 200,
      isTrusted: 'X-Data-As-Of' in (get.responses['200'].headers ?? {}),
    });
  }
});
