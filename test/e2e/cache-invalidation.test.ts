import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import {
  apiKey,
  dashboard,
  endpoint,
  outcomeOf,
  startCachedWorld,
  type CachedWorld,
} from '../support/cached-world.js';
import { ids } from '../support/small-world.js';
import { watchReads } from '../support/watched-reads.js';

let world: CachedWorld;

beforeEach(async () => void (world = await startCachedWorld()));
afterEach(() => world.close());

it('a change over the API shows in the next answer', async () => {
  const performance = `/applications/${ids.aliceApp}/endpoints/performance`;
  const names = async () =>
    ((await world.ask(performance)).body.endpoints as { name: string }[]).map(({ name }) => name).sort();
  const change = async (method: string, path: string, body?: object) =>
    expect((await world.app.call(method, path, world.tokens.alice, body)).status).toBeLessThan(300);
  expect(await names()).toEqual(['main', 'spare']);
  await change('PUT', `/endpoints/${ids.aliceMain}`, { name: 'renamed' });
  expect(await names()).toEqual(['renamed', 'spare']);
  await change('DELETE', `/endpoints/${ids.aliceSpare}`);
  expect(await names()).toEqual(['renamed']);
  const fields = {
    webhook_url: 'https://example.com',
    chain_ids: [],
    contract_addresses: [],
    event_signatures: [],
  };
  await change('POST', '/endpoints', { application_id: ids.aliceApp, name: 'new', ...fields });
  expect(await names()).toEqual(['new', 'renamed']);
  expect((await world.app.call('DELETE', `/applications/${ids.aliceApp}`, world.tokens.alice)).status).toBe(
    204,
  );
  expect((await world.ask(performance)).status).toBe(404);
});

it('a change shows although an answer was read and kept while it was being made', async () => {
  const locker = new pg.Client({ connectionString: world.database.url });
  await locker.connect();
  await locker.query('BEGIN');
  await locker.query('SELECT FROM endpoints WHERE id = $1 FOR UPDATE', [ids.aliceMain]);
  const change = world.app.call('PUT', `/endpoints/${ids.aliceMain}`, world.tokens.alice, {
    name: 'renamed',
  });
  const isWaiting = async () =>
    (
      await world.database.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      )
    ).length > 0;
  while (!(await isWaiting())) await sleep(10);
  expect(await world.nameOf()).toBe('main');
  await locker.query('ROLLBACK');
  await locker.end();
  expect((await change).status).toBe(200);
  expect(await world.nameOf()).toBe('renamed');
});

it("one tenant's change leaves the answers of the others", async () => {
  await world.ask(dashboard, world.tokens.bob);
  await world.app.call('PUT', `/endpoints/${ids.aliceMain}`, world.tokens.alice, { name: 'renamed' });
  expect(await world.outcome(dashboard, world.tokens.bob)).toBe('hit');
});

it('what was read before it is not kept after it', async () => {
  await world.untilBuilt();
  const names = watchReads(world.app, /-read-endpoints$/);
  const open = names.hold();
  const inFlight = world.ask(endpoint);
  while (names.count === 0) await sleep(5);
  await world.rename('renamed');
  await world.invalidate({ tenant_id: ids.alice });
  open();
  expect((await inFlight).body.name).toBe('main');
  expect(await world.nameOf()).toBe('renamed');
});

it('by tenant, application, endpoint and all: what has the tag', async () => {
  const paths = [
    dashboard,
    `/applications/${ids.aliceApp}/statistics`,
    endpoint,
    `/endpoints/${ids.aliceSpare}/statistics`,
    `/statistics/endpoints?ids=${ids.aliceSpare},${ids.aliceMain}`,
  ];
  const outcomes = async () => {
    const found = [];
    for (const path of paths) found.push(await world.outcome(path));
    found.push(outcomeOf(await world.app.get(endpoint, undefined, { 'x-api-key': apiKey })));
    return [...found, await world.outcome(dashboard, world.tokens.bob)]
      .map((each) => (each === 'hit' ? 'h' : 'm'))
      .join('');
  };
  expect(await outcomes()).toBe('mmmmmmm');
  for (const [body, expected] of [
    [{ endpoint_id: ids.aliceMain }, 'hhmhmmh'],
    [{ application_id: ids.aliceApp }, 'hmhhhmh'],
    [{ tenant_id: ids.alice }, 'mmmmmmh'],
    [{ application_id: ids.bobApp }, 'hhhhhhh'],
    [{ all: true }, 'mmmmmmm'],
  ] as const) {
    const { status, body: answer } = await world.invalidate(body);
    expect([status, answer.reached]).toEqual([200, 'self']);
    expect([body, await outcomes()]).toEqual([body, expected]);
  }
});

it("is an administrator's, is checked and is in the audit log", async () => {
  expect((await world.invalidate({ all: true }, world.tokens.alice)).status).toBe(403);
  for (const body of [{}, { all: false }, { tenant_id: 'x' }, { everything: true }])
    expect([body, (await world.invalidate(body)).status]).toEqual([body, 400]);
  await world.invalidate({ tenant_id: ids.alice, endpoint_id: ids.bobMain });
  const tags = [`tenant:${ids.alice}`, `endpoint:${ids.bobMain}`];
  const log = (await world.app.get('/audit-logs', world.tokens.admin)).body.audit_logs as {
    action: string;
    after: object;
  }[];
  expect(log.filter(({ action }) => action === 'cache.invalidated').map(({ after }) => after)).toEqual([
    { tags },
  ]);
});
