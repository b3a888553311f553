import { setTimeout as sleep } from 'node:timers/promises';
import {
  describeWithRedis,
  freePort,
  startRedis,
  startSlowProxy,
  type RedisServer,
  type SlowProxy,
} from '../support/redis-server.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { VersionsUnderLoad } from '../support/versions-under-load.js';

jest.setTimeout(60_000);

/** No instance gives an old answer for longer, whatever Redis does. */
const OLD_MS = 1000;
const SLOWEST_MS = 3500;
const BEFORE_MS = 400;
const FAULT_MS = 1600;
const AFTER_MS = 800;
const endpoint = `/endpoints/${ids.aliceMain}/statistics`;

let database: TestDatabase;
let redis: RedisServer;
let proxy: SlowProxy;
let apps: TestApp[];
let tokens: { alice: string; bob: string };

const metric = async (app: TestApp, name: string) => {
  const { text } = await app.get('/metrics');
  const found = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))];
  return found.reduce((sum, [, value]) => sum + Number(value), 0);
};
const isUp = async (app: TestApp) => (await metric(app, 'ethhook_cache_redis_up')) === 1;
const errorsOf = (app: TestApp, kind: string) =>
  metric(app, `ethhook_cache_redis_errors_total\\{kind="${kind}"\\}`);

async function untilUp(all: readonly TestApp[]): Promise<void> {
  for (const app of all) while (!(await isUp(app))) await sleep(20);
}

const startApp = (url: string) =>
  startTestApp(database.url, { CACHE_TTL_SECONDS: '30', REDIS_URL: url, LOG_LEVEL: 'warn' });

async function logIn(app: TestApp): Promise<void> {
  const login = (name: string) => app.login(`${name}@example.com`, password);
  tokens = { alice: await login('alice'), bob: await login('bob') };
}

/** What is read at one instance, the other one has. */
async function expectShared([one, other]: readonly TestApp[]): Promise<void> {
  await one?.call('PUT', `/endpoints/${ids.aliceSpare}`, tokens.alice, { name: `spare ${Math.random()}` });
  await one?.get(endpoint, tokens.alice);
  expect((await other?.get(endpoint, tokens.alice))?.headers.get('x-cache')).toBe('hit');
}

const PASSWORD = 'of-redis';

const lockOut = () =>
  redis.admin(async (client) => {
    await client.config('SET', 'requirepass', PASSWORD);
    await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  });
const unlock = () => redis.admin((client) => client.config('SET', 'requirepass', ''), PASSWORD);

describeWithRedis('a Redis that goes, under load', () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    await createSmallWorld(database.query);
    redis = await startRedis();
    proxy = await startSlowProxy(redis.port);
    apps = [await startApp(proxy.url), await startApp(proxy.url)];
    await logIn(apps[0] as TestApp);
  });

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    proxy.close();
    await redis.remove();
    await database.drop();
  });

  const config = (name: string, value: string) => redis.admin((client) => client.config('SET', name, value));

  it.each<[string, string, () => unknown, () => unknown]>([
    ['killed', 'connection', () => redis.kill(), () => redis.restart()],
    ['frozen', 'late', () => redis.freeze(), () => redis.thaw()],
    ['slow by 200 ms', 'late', () => (proxy.delayMs = 200), () => (proxy.delayMs = 0)],
    ['full', 'full', () => config('maxmemory', '1'), () => config('maxmemory', '0')],
    ['restarted', 'connection', () => redis.restart(), () => undefined],
    ['of another password', 'refused', lockOut, unlock],
  ])('%s', async (what, kind, begin, end) => {
    await untilUp(apps);
    await expectShared(apps);
    const before = await Promise.all(apps.map((app) => errorsOf(app, kind)));
    for (const app of apps) app.logs.length = 0;
    const load = new VersionsUnderLoad(apps, tokens, OLD_MS);
    load.start();
    await sleep(BEFORE_MS);
    await begin();
    await sleep(FAULT_MS);
    const wasUp = await Promise.all(apps.map(isUp));
    await end();
    await untilUp(apps);
    await sleep(AFTER_MS);
    const { reads, failed, wrong, slowestMs } = await load.stop();
    expect({ failed, wrong: wrong.slice(0, 5) }).toEqual({ failed: [], wrong: [] });
    expect(reads).toBeGreaterThan(200);
    expect(slowestMs).toBeLessThan(SLOWEST_MS);
    await expectShared(apps);
    for (const [index, app] of apps.entries()) {
      expect(wasUp[index]).toBe(what === 'restarted');
      const errors = (await errorsOf(app, kind)) - (before[index] ?? 0);
      // The breaker is open: Redis is asked by those who try to get it back, and by nobody else.
      expect([errors > 0, errors < 12]).toEqual([true, true]);
    }
    // Nest has one logger in a process, so the words of both may be with either.
    const said = apps.flatMap(({ logs }) => logs.map((line) => (JSON.parse(line) as { msg: string }).msg));
    const [without, again] = ['the cache goes on without its Redis: ', 'the cache has its Redis again'];
    expect(said.map((text) => (text.startsWith(without) ? without : text)).sort()).toEqual([
      ...apps.map(() => without),
      ...apps.map(() => again),
    ]);
  });

  it('has a memory of before that nobody is given: what was invalidated meanwhile is unknown', async () => {
    await untilUp(apps);
    const [one, other] = apps as [TestApp, TestApp];
    await one.get(endpoint, tokens.alice);
    await redis.kill();
    while ((await isUp(one)) || (await isUp(other))) await sleep(20);
    await database.query(`UPDATE endpoints SET name = 'changed' WHERE id = $1`, [ids.aliceMain]);
    // As by an instance that was stopped before Redis was back.
    await redis.restart();
    await untilUp(apps);
    for (const app of apps) expect((await app.get(endpoint, tokens.alice)).body.name).toBe('changed');
  });
});

describeWithRedis('a Redis that is not to be had at the start', () => {
  beforeAll(async () => {
    database = await createTestDatabase();
    await createSmallWorld(database.query);
  });

  afterAll(() => database.drop());

  const expectUseful = async (app: TestApp) => {
    await logIn(app);
    const outcomes = [];
    for (let turn = 0; turn < 2; turn++)
      outcomes.push((await app.get(endpoint, tokens.alice)).headers.get('x-cache'));
    expect(outcomes).toEqual(['miss', 'hit']);
  };

  it('is used as soon as it is there', async () => {
    const port = await freePort();
    const startedAt = performance.now();
    const app = await startApp(`redis://127.0.0.1:${port}`);
    expect(performance.now() - startedAt).toBeLessThan(SLOWEST_MS);
    await expectUseful(app);
    expect(await isUp(app)).toBe(false);
    const late = await startRedis(port);
    await untilUp([app]);
    await expectUseful(app);
    await app.close();
    await late.remove();
  });

  it('says so once where the password is wrong, and no secret', async () => {
    const server = await startRedis();
    await server.admin((client) => client.config('SET', 'requirepass', PASSWORD));
    const app = await startApp(`redis://:wrong-password@127.0.0.1:${server.port}`);
    await expectUseful(app);
    await sleep(700);
    const said = app.logs.filter((line) => line.includes('Redis'));
    expect(said).toEqual([expect.stringContaining('the cache goes on without its Redis: WRONGPASS')]);
    expect(said.join()).not.toContain('wrong-password');
    await app.close();
    await server.remove();
  });
});
