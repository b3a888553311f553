import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: TestApp;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startTestApp(database.url);
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

it('answers at the root and below the base path, without a token, in the text format', async () => {
  const answer = await app.get('/metrics');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(answer.text).toMatch(/^process_resident_memory_bytes \d+$/m);
  const below = await fetch(`${app.url}/metrics`);
  expect([below.status, (await below.text()).includes('process_start_time_seconds')]).toEqual([200, true]);
});

it('is not tagged, and not in the log: it is asked for every few seconds', async () => {
  const { headers } = await app.get('/metrics');
  expect(headers.get('etag')).toBeNull();
  await app.get('/no-such-route');
  const paths = app.logs.map((line) => (JSON.parse(line) as { path?: string }).path);
  expect(paths).toContain('/api/v1/no-such-route');
  expect(paths).not.toContain('/api/v1/metrics');
});

it('another name at the root is not taken for it', async () => {
  const answer = await fetch(app.url.replace('/api/v1', '/metrics/other'));
  await answer.text();
  expect(answer.status).toBe(404);
});
