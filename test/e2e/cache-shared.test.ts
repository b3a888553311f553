import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { createListWorld, more } from '../support/list-world.js';
import { randomQuestion, type Asked } from '../support/random-questions.js';
import { describeWithRedis, startRedis, type RedisServer } from '../support/redis-server.js';
import { ids, password } from '../support/small-world.js';
import { startTestApp, type Answer, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { watchReads, type WatchedReads } from '../support/watched-reads.js';

const run = promisify(execFile);

jest.setTimeout(60_000);

const INSTANCES = 3;
const PROMISE_MS = 1000;
const dashboard = '/statistics/dashboard';
const endpoint = `/endpoints/${ids.aliceMain}/statistics`;
const keys = {
  alice: `ethk_${'A'.repeat(32)}`,
  alice2: `ethk_${'C'.repeat(32)}`,
  bob: `ethk_${'B'.repeat(32)}`,
};

let redis: RedisServer;
let database: TestDatabase;
let apps: TestApp[];
let reads: WatchedReads[];
let tokens: { alice: string; bob: string; admin: string };

const outcomeOf = ({ headers }: Answer) => headers.get('x-cache');
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const instance = (index: number) => apps[index] as TestApp;
const invalidateAll = (app: TestApp) =>
  app.post('/admin/cache/invalidate', { all: true }, bearer(tokens.admin));
const statements = () => reads.reduce((sum, { count }) => sum + count, 0);

async function startApps(count: number, url: string, environment: NodeJS.ProcessEnv): Promise<TestApp[]> {
  const started: TestApp[] = [];
  for (let i = 0; i < count; i++)
    started.push(await startTestApp(url, { CACHE_TTL_SECONDS: '30', ...environment }));
  return started;
}

async function createWorld(): Promise<TestDatabase> {
  const created = await createTestDatabase();
  await createListWorld(created.query);
  await created.query(
    `UPDATE applications SET api_key = CASE id WHEN $1 THEN $2 WHEN $3 THEN $4 ELSE $5 END`,
    [ids.aliceApp, keys.alice, more.application, keys.alice2, keys.bob],
  );
  return created;
}

async function logIn(app: TestApp): Promise<void> {
  const login = (name: string) => app.login(`${name}@example.com`, password);
  tokens = { alice: await login('alice'), bob: await login('bob'), admin: await login('admin') };
}

async function untilBuilt(app: TestApp): Promise<void> {
  const isLive = async (token: string) =>
    (await app.get(dashboard, token, { 'cache-control': 'no-cache' })).headers.get('x-data-source') ===
    'live';
  while (!(await isLive(tokens.alice)) || !(await isLive(tokens.bob))) await sleep(50);
}

describeWithRedis('three instances on one Redis', () => {
  beforeAll(async () => {
    redis = await startRedis();
    database = await createWorld();
    apps = await startApps(INSTANCES, database.url, { REDIS_URL: redis.url });
    reads = apps.map((app) => watchReads(app, /-read-dashboard$/));
    await logIn(instance(0));
    await untilBuilt(instance(0));
  });

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await database.drop();
    await redis.remove();
  });

  beforeEach(async () => {
    await invalidateAll(instance(0));
    for (const watched of reads) watched.count = 0;
  });

  it('what one has read all give', async () => {
    const answers = [];
    for (const app of apps) answers.push(await app.get(dashboard, tokens.alice));
    expect(answers.map(outcomeOf)).toEqual(['miss', 'hit', 'hit']);
    expect(new Set(answers.map(({ text, headers }) => text + headers.get('x-data-as-of'))).size).toBe(1);
    expect(statements()).toBe(1);
  });

  it('a crowd of 200 at all of them costs one statement', async () => {
    const open = reads.map((watched) => watched.hold());
    const answers = Promise.all(
      Array.from({ length: 200 }, (_, i) => instance(i % INSTANCES).get(dashboard, tokens.alice)),
    );
    while (statements() === 0) await sleep(5);
    await sleep(300);
    for (const release of open) release();
    const found = await answers;
    expect(new Set(found.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(statements()).toBe(1);
  });

  it('where the one who reads for all does not come to an end, the others read in time', async () => {
    const open = reads[0]?.hold() ?? (() => {});
    const first = instance(0).get(dashboard, tokens.alice);
    while (statements() === 0) await sleep(5);
    const startedAt = performance.now();
    const second = await instance(1).get(dashboard, tokens.alice);
    expect([second.status, outcomeOf(second)]).toEqual([200, 'miss']);
    expect(performance.now() - startedAt).toBeLessThan(3500);
    open();
    expect((await first).status).toBe(200);
  });

  const renamed = () =>
    database.query(`UPDATE endpoints SET name = 'changed' WHERE id = $1`, [ids.aliceMain]);
  const byHand = async (body: object) => {
    await renamed();
    const answer = await instance(0).post('/admin/cache/invalidate', body, bearer(tokens.admin));
    expect([answer.status, answer.body.reached]).toEqual([200, 'all']);
  };
  const byCommand = async (...args: string[]) => {
    await renamed();
    const command = ['dist/scripts/cache.js', 'invalidate', ...args];
    const { stdout } = await run(process.execPath, command, {
      env: { ...process.env, REDIS_URL: redis.url },
    });
    expect(stdout).toMatch(/^invalidated: .*; 3 instance\(s\) listen\n$/);
  };

  it.each<[string, () => Promise<unknown>]>([
    [
      'a change over the API',
      () => instance(0).call('PUT', `/endpoints/${ids.aliceMain}`, tokens.alice, { name: 'changed' }),
    ],
    ['an invalidation by the administrator', () => byHand({ endpoint_id: ids.aliceMain })],
    ['one by the command line', () => byCommand('--tenant', ids.alice.toUpperCase())],
  ])('after %s no instance gives the old answer for longer than a second', async (_who, change) => {
    const nameAt = async (app: TestApp) => (await app.get(endpoint, tokens.alice)).body.name as string;
    await database.query(`UPDATE endpoints SET name = 'old' WHERE id = $1`, [ids.aliceMain]);
    await invalidateAll(instance(0));
    for (const app of apps) while ((await nameAt(app)) !== 'old') await sleep(5);
    await change();
    const changedAt = performance.now();
    const delays = await Promise.all(
      apps.map(async (app) => {
        let lastOldAt = changedAt;
        while (performance.now() - changedAt < PROMISE_MS + 500) {
          const askedAt = performance.now();
          if ((await nameAt(app)) === 'old') lastOldAt = askedAt;
          await sleep(10);
        }
        return lastOldAt - changedAt;
      }),
    );
    expect(Math.max(...delays)).toBeLessThan(PROMISE_MS);
  });

  it('what one was reading at an invalidation is not kept by any', async () => {
    const names = watchReads(instance(1), /-read-endpoints$/);
    await database.query(`UPDATE endpoints SET name = 'old' WHERE id = $1`, [ids.aliceMain]);
    await invalidateAll(instance(0));
    const open = names.hold();
    const inFlight = instance(1).get(endpoint, tokens.alice);
    while (names.count === 0) await sleep(5);
    await instance(0).call('PUT', `/endpoints/${ids.aliceMain}`, tokens.alice, { name: 'new' });
    open();
    expect((await inFlight).body.name).toBe('old');
    for (const app of [...apps].reverse())
      expect((await app.get(endpoint, tokens.alice)).body.name).toBe('new');
  });

  it('another database on the same Redis has answers of its own', async () => {
    const other = await createWorld();
    const [app] = (await startApps(1, other.url, { REDIS_URL: redis.url })) as [TestApp];
    try {
      await other.query(`UPDATE endpoints SET name = 'elsewhere' WHERE id = $1`, [ids.aliceMain]);
      await instance(0).get(endpoint, tokens.alice);
      const found = await app.get(endpoint, tokens.alice);
      expect([outcomeOf(found), found.body.name]).toEqual(['miss', 'elsewhere']);
    } finally {
      await app.close();
      await other.drop();
    }
  });

  it('whoever asks whatever, of whichever instance, is given what is theirs', async () => {
    const [uncached] = (await startApps(1, database.url, { CACHE_TTL_SECONDS: '0' })) as [TestApp];
    const callers = [
      bearer(tokens.alice),
      bearer(tokens.bob),
      bearer(tokens.admin),
      ...Object.values(keys).map((key) => ({ 'x-api-key': key })),
    ];
    let hits = 0;
    const told = ({ status, body }: Answer) => ({ status, body: { ...body, request_id: '' } });
    const ask = async ({ route, query, caller, at }: Asked) => {
      const headers = callers[caller] as Record<string, string>;
      const pathOf = (all: readonly string[]) => (all.length === 0 ? route : `${route}?${all.join('&')}`);
      const expected = told(await uncached.get(pathOf(query), undefined, headers));
      // Again, the other way round, of another instance.
      for (const [which, path] of [pathOf(query), pathOf([...query].reverse())].entries()) {
        const answer = await instance((at + which) % INSTANCES).get(path, undefined, headers);
        if (outcomeOf(answer) === 'hit') hits++;
        expect({ path, caller, ...told(answer) }).toEqual({ path, caller, ...expected });
      }
    };
    try {
      await fc.assert(fc.asyncProperty(randomQuestion(callers.length, INSTANCES), ask), { numRuns: 300 });
      expect(hits).toBeGreaterThan(100);
    } finally {
      await uncached.close();
    }
  });
});

describe('without a Redis', () => {
  it('each process reads once for its crowd', async () => {
    database = await createWorld();
    apps = await startApps(2, database.url, {});
    await logIn(instance(0));
    await untilBuilt(instance(0));
    await Promise.all(apps.map(invalidateAll));
    reads = apps.map((app) => watchReads(app, /-read-dashboard$/));
    const open = reads.map((watched) => watched.hold());
    const answers = Promise.all(
      Array.from({ length: 200 }, (_, i) => instance(i % 2).get(dashboard, tokens.alice)),
    );
    while (reads.some(({ count }) => count === 0)) await sleep(5);
    await sleep(200);
    for (const release of open) release();
    expect(new Set((await answers).map(({ status }) => status))).toEqual(new Set([200]));
    expect(reads.map(({ count }) => count)).toEqual([1, 1]);
    await Promise.all(apps.map((app) => app.close()));
    await database.drop();
  });
});
