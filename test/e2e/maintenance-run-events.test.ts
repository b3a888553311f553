import { Jobs } from '../../src/kernel/tasks/jobs.js';
import { openSse, until } from '../support/live-clients.js';
import { createSmallWorld, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { countingJob, waitingJob } from '../support/test-jobs.js';

const base = '/admin/maintenance';
let database: TestDatabase;
let app: TestApp;
let admin: string;
let alice: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url);
  for (const job of [countingJob, waitingJob]) app.app.get(Jobs).register(job);
  admin = await app.login('admin@example.com', password);
  alice = await app.login('alice@example.com', password);
}, 60_000);

afterAll(async () => {
  await app.close();
  await database.drop();
});

async function ask(job: string): Promise<string> {
  const { body } = await app.call('POST', `${base}/jobs/${job}/run`, admin, {});
  return (body as { run_id: string }).run_id;
}
const pathOf = (runId: string) => `${base}/runs/${runId}/events`;
const streams = async () =>
  /ethhook_streams\{kind="sse_runs"\} (\d+)/.exec((await app.get('/metrics')).text)?.[1];

it('tells a run from where it is to its end, with its progress, and then is over', async () => {
  const runId = await ask('test-wait');
  const client = await openSse(app.url, { path: pathOf(runId), token: admin });
  expect(client.status).toBe(200);
  expect(client.headers['content-type']).toMatch(/^text\/event-stream/);
  const last = () => client.messages.at(-1)?.data ?? {};
  await until(
    'its progress',
    () => (last().progress as { done?: number } | null | undefined)?.done !== undefined,
  );
  expect(client.retryMs).toBe(2000);
  expect(client.messages[0]).toMatchObject({ event: 'run', data: { id: runId, job: 'test-wait' } });
  expect(last()).toMatchObject({ state: 'running', progress: { text: 'waiting' } });
  expect(await streams()).toBe('1');
  await app.call('POST', `${base}/runs/${runId}/cancel`, admin);
  await until('the end of the stream', () => client.isClosed);
  expect(client.messages.slice(-2)).toMatchObject([
    { event: 'run', data: { state: 'cancelled' } },
    { event: 'end', id: 'end' },
  ]);
  expect(await streams()).toBe('0');
});

it('tells of a run that has ended what it was, and an EventSource that comes back that there is no more', async () => {
  const runId = await ask('test-count');
  const first = await openSse(app.url, { path: pathOf(runId), query: { token: admin } });
  await until('its end', () => first.isClosed);
  const again = await openSse(app.url, { path: pathOf(runId), token: admin });
  await until('its end', () => again.isClosed);
  expect(again.messages).toMatchObject([
    { event: 'run', data: { state: 'succeeded', rows: 1 } },
    { event: 'end' },
  ]);
  const over = await openSse(app.url, { path: pathOf(runId), token: admin, lastEventId: again.lastEventId });
  expect(over.status).toBe(204);
});

it('is given up by whoever leaves, and ends with the server', async () => {
  const runId = await ask('test-wait');
  const one = await openSse(app.url, { path: pathOf(runId), token: admin });
  one.close();
  for (let left = 100; (await streams()) !== '0'; left--) expect(left).toBeGreaterThan(0);
  await app.call('POST', `${base}/runs/${runId}/cancel`, admin);
});

it.each([
  ['nobody', () => ({}), 401, 'missing_token'],
  ['a tenant', () => ({ token: alice }), 403, 'admin_only'],
  ['a run that is not there', () => ({ token: admin }), 404, 'run_not_found'],
])('%s: refused before it begins', async (_, options, status, code) => {
  const client = await openSse(app.url, { path: pathOf('99999999'), ...options() });
  await until('the answer', () => client.text.endsWith('}'));
  expect(client).toMatchObject({ status, text: expect.stringContaining(code) });
});
