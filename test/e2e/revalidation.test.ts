import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: TestApp;
let alice: string;
let bob: string;
let admin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url);
  alice = await app.login('alice@example.com', password);
  bob = await app.login('bob@example.com', password);
  admin = await app.login('admin@example.com', password);
});

afterAll(async () => {
  await app.close();
  await database.drop();
});

const tagOf = async (path: string, token: string) => {
  const { status, headers } = await app.get(path, token);
  const tag = headers.get('etag') ?? '';
  expect({ path, status, tag }).toEqual({ path, status: 200, tag: expect.stringMatching(/^"[\w-]{22}"$/) });
  return tag;
};
const ask = (path: string, token: string, tag: string) => app.get(path, token, { 'if-none-match': tag });

const dashboard = '/statistics/dashboard';

it('answers 304 with the trust headers and no body, until a row is written', async () => {
  const first = await app.get(dashboard, alice);
  const tag = first.headers.get('etag') ?? '';
  expect(first.headers.get('cache-control')).toBe('private, no-cache');
  const unchanged = await ask(dashboard, alice, tag);
  expect([unchanged.status, unchanged.text, unchanged.headers.get('etag')]).toEqual([304, '', tag]);
  expect(unchanged.headers.get('cache-control')).toBe('private, no-cache');
  expect(unchanged.headers.get('x-request-id')).toMatch(/\S/);
  for (const { headers } of [first, unchanged]) {
    expect(headers.get('x-data-as-of')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/);
    expect(headers.get('x-data-exact')).toBe('true');
    expect(headers.get('x-data-source')).toMatch(/^(live|original)$/);
  }
  expect(Date.parse(unchanged.headers.get('x-data-as-of') ?? '')).toBeGreaterThan(
    Date.parse(first.headers.get('x-data-as-of') ?? ''),
  );

  await database.query(
    'INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, success) VALUES ($1, $2, 9, true)',
    [ids.shared, ids.aliceMain],
  );
  const changed = await ask(dashboard, alice, tag);
  expect(changed.status).toBe(200);
  expect(changed.body.total_deliveries).toBe(first.body.total_deliveries + 1);
  expect(changed.headers.get('etag')).not.toBe(tag);
});

it('compares weakly, takes lists and *', async () => {
  const tag = await tagOf('/users/me', alice);
  for (const header of [`W/${tag}`, `"other", W/${tag}`, `"a,b",${tag}`, '*'])
    expect({ header, status: (await ask('/users/me', alice, header)).status }).toEqual({
      header,
      status: 304,
    });
  for (const header of ['"other"', tag.slice(1, -1), 'W/"other", "more"'])
    expect({ header, status: (await ask('/users/me', alice, header)).status }).toEqual({
      header,
      status: 200,
    });
});

it("another tenant's tag never stands for a body that differs", async () => {
  for (const path of [dashboard, '/events', '/users/me']) {
    const foreign = await tagOf(path, alice);
    const answer = await ask(path, bob, foreign);
    expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    expect(answer.headers.get('etag')).not.toBe(foreign);
  }
});

it('an event that is gone, or of another tenant, is 404 with whatever tag', async () => {
  const path = `/events/${ids.failed}`;
  const tag = await tagOf(path, alice);
  const foreign = await ask(path, bob, tag);
  expect([foreign.status, foreign.headers.get('etag')]).toEqual([404, null]);
  expect((await ask(path, admin, '*')).status).toBe(404);
});

it('a tag without a token opens nothing', async () => {
  const answer = await app.get(dashboard, undefined, { 'if-none-match': await tagOf(dashboard, alice) });
  expect([answer.status, answer.headers.get('etag')]).toEqual([401, null]);
});

it('errors, other methods, health and text are not tagged', async () => {
  const answers = [
    await app.get('/events?limit=0', alice),
    await app.get('/no-such-route', alice),
    await app.post('/auth/login', { email: 'alice@example.com', password }, { 'if-none-match': '*' }),
    await app.get('/health/live', undefined, { 'if-none-match': '*' }),
    await app.get('/health/ready', undefined, { 'if-none-match': '*' }),
    await app.get('/health', undefined, { 'if-none-match': '*' }),
  ];
  expect(answers.map(({ status, headers }) => [status, headers.get('etag')])).toEqual([
    [400, null],
    [404, null],
    [200, null],
    [200, null],
    [200, null],
    [200, null],
  ]);
  const head = await fetch(app.url + dashboard, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${alice}`, 'if-none-match': '*' },
  });
  expect([head.status, head.headers.get('etag')]).toEqual([200, null]);
});

it('pages of other origins may send the tag and read the headers', async () => {
  const origin = { origin: 'https://console.example.com' };
  const { headers } = await app.get(dashboard, alice, origin);
  const exposed = headers.get('access-control-expose-headers')?.split(', ');
  expect(exposed).toEqual(expect.arrayContaining(['ETag', 'X-Data-As-Of', 'X-Data-Exact', 'X-Data-Source']));
  const preflight = await fetch(app.url + dashboard, {
    method: 'OPTIONS',
    headers: { ...origin, 'access-control-request-method': 'GET' },
  });
  expect(preflight.headers.get('access-control-allow-headers')).toContain('If-None-Match');
});
