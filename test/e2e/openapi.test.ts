import { readFile } from 'node:fs/promises';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Operation {
  summary?: string;
  security?: unknown[];
  parameters: { name: string; description?: string }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<
    string,
    { description: string; content: Record<string, { schema: object; example: unknown }> }
  >;
}

let database: TestDatabase;
let app: TestApp;
let operations: [name: string, operation: Operation][];

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startTestApp(database.url);
  const { body } = await app.get('/docs/openapi.json');
  const paths = body.paths as Record<string, Record<string, Operation>>;
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method} ${path}`,
      operation,
    ]),
  );
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

it('serves the committed document', async () => {
  const { body } = await app.get('/docs/openapi.json');
  expect(body).toEqual(JSON.parse(await readFile('test/snapshots/openapi.json', 'utf8')));
});

it('serves a page for people, from this server alone', async () => {
  const page = await app.get('/docs');
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(page.text).not.toMatch(/(src|href)="https?:/);
  const scripts = [...page.text.matchAll(/src="([^"]+)"/g)].map(
    ([, src = '']) => new URL(src, `${app.url.replace('/api/v1', '')}/docs`),
  );
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts) {
    const answer = await fetch(script);
    expect(answer.status).toBe(200);
    await answer.text(); // a body that nobody reads keeps its connection busy, and the server from closing
  }
});

it('documents each route with a summary, and each response with a schema and an example', () => {
  expect(operations.length).toBeGreaterThanOrEqual(10);
  for (const [name, { summary, responses }] of operations) {
    expect({ name, summary }).toEqual({ name, summary: expect.any(String) });
    for (const [status, { content }] of Object.entries(responses)) {
      if (status === '204') continue; // has no body
      const [media] = Object.values(content ?? {});
      expect({ name, status, media }).toEqual({
        name,
        status,
        media: { schema: expect.any(Object), example: expect.anything() },
      });
    }
  }
});

it('says of each route whether it needs a token, and what happens without one', async () => {
  for (const [name, { security, responses }] of operations) {
    const [method = '', path = ''] = name.split(' ');
    const answer = await fetch(app.url.replace('/api/v1', '') + path.replace('{id}', crypto.randomUUID()), {
      method: method.toUpperCase(),
    });
    await answer.text();
    const isClosed = answer.status === 401;
    expect({ name, isClosed, documented: '401' in responses && security !== undefined }).toEqual({
      name,
      isClosed,
      documented: isClosed,
    });
  }
});
