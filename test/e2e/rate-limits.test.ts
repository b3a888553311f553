import pg from 'pg';
import { becomes } from '../support/leader-tasks.js';
import { openSse, type SseClient } from '../support/live-clients.js';
import { describeWithRedis, startRedis, type RedisServer } from '../support/redis-server.js';
import { createSmallWorld, password } from '../support/small-world.js';
import { startTestApp, type Answer, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const quiet = { FOLD_ENABLED: 'false', AUDIT_INTERVAL_SECONDS: '0', RATE_LIMIT_WINDOW_SECONDS: '60' };

let database: TestDatabase;
let alice: string;
let bob: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  const app = await startTestApp(database.url, quiet);
  alice = await app.login('alice@example.com', password);
  bob = await app.login('bob@example.com', password);
  await app.close();
});
afterAll(() => database.drop());

async function withApp(environment: NodeJS.ProcessEnv, use: (app: TestApp) => Promise<void>): Promise<void> {
  const app = await startTestApp(database.url, { ...quiet, ...environment });
  try {
    await use(app);
  } finally {
    await app.close();
  }
}

const header = ({ headers }: Answer, name: string) => Number(headers.get(name));

function expectRefused(answer: Answer, limit: number): void {
  expect([answer.status, answer.body]).toEqual([
    429,
    expect.objectContaining({ error: 'Too many requests', code: 'too_many_requests' }),
  ]);
  expect(header(answer, 'retry-after')).toBeGreaterThan(0);
  expect(header(answer, 'retry-after')).toBeLessThanOrEqual(60);
  expect(header(answer, 'ratelimit-limit')).toBe(limit);
  expect(header(answer, 'ratelimit-remaining')).toBe(0);
}

it('a tenant has so many requests in a window, over all routes, and takes none from another', () =>
  withApp({ RATE_LIMIT_PER_TENANT: '4' }, async (app) => {
    const paths = ['/users/me', '/events', '/applications', '/statistics/dashboard'];
    const remaining: number[] = [];
    for (const path of paths) {
      const answer = await app.get(path, alice);
      expect(answer.status).toBe(200);
      expect(header(answer, 'ratelimit-limit')).toBe(4);
      expect(header(answer, 'ratelimit-reset')).toBeGreaterThan(0);
      remaining.push(header(answer, 'ratelimit-remaining'));
    }
    expect(remaining).toEqual([3, 2, 1, 0]);
    expectRefused(await app.get('/users/me', alice), 4);
    expect((await app.get('/users/me', bob)).status).toBe(200);
    for (const path of ['/health', '/health/live', '/health/ready', '/metrics'])
      expect((await app.get(path)).status).toBe(200);
  }));

it('an address is refused before its token is looked at, and a proxy that is trusted says whose it is', () =>
  withApp({ RATE_LIMIT_PER_ADDRESS: '3', TRUST_PROXY_HOPS: '1' }, async (app) => {
    const from = (ip: string) => app.get('/users/me', 'no token', { 'x-forwarded-for': ip });
    for (let n = 0; n < 3; n++) expect((await from('192.0.2.1')).status).toBe(401);
    expectRefused(await from('192.0.2.1'), 3);
    expect((await from('192.0.2.2')).status).toBe(401);
    for (let n = 0; n < 3; n++) await from(`2001:db8::${n}`);
    expectRefused(await from('2001:db8::ffff'), 3);
    expect((await app.get('/health/ready', undefined, { 'x-forwarded-for': '192.0.2.1' })).status).toBe(200);
  }));

it('what nobody has set is more than the admin UI ever asks for', () =>
  withApp(
    { RATE_LIMIT_PER_TENANT: '', RATE_LIMIT_PER_ADDRESS: '', MAX_REQUESTS_IN_FLIGHT: '' },
    async (app) => {
      const answers = await Promise.all(Array.from({ length: 100 }, () => app.get('/users/me', alice)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    },
  ));

describeWithRedis('with Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.remove());

  it('all instances count together; when it is killed or frozen each counts alone, and nobody waits', async () => {
    const limited = { RATE_LIMIT_PER_TENANT: '6', REDIS_URL: redis.url };
    await withApp(limited, (first) =>
      withApp(limited, async (second) => {
        await becomes('Redis is counted in', async () => {
          await first.get('/users/me', bob);
          const keys = await redis.admin((client) => client.keys('ethhook-admin:rate:tenant*'));
          return keys.length > 0;
        });
        for (let n = 0; n < 3; n++) {
          expect((await first.get('/users/me', alice)).status).toBe(200);
          expect((await second.get('/users/me', alice)).status).toBe(200);
        }
        expectRefused(await first.get('/users/me', alice), 6);
        expectRefused(await second.get('/users/me', alice), 6);
        redis.freeze();
        const startedAt = performance.now();
        const answers = await Promise.all(Array.from({ length: 6 }, () => second.get('/users/me', bob)));
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
        expect(performance.now() - startedAt).toBeLessThan(1000);
        redis.thaw();
        await redis.kill();
        expect((await first.get('/events', bob)).status).toBe(200);
        // Nest has one logger in a process: both instances have said it, once.
        expect(second.logs.filter((line) => line.includes('Redis does not answer'))).toHaveLength(2);
        await redis.restart();
      }),
    );
  });
});

describe('with more requests than it can answer', () => {
  it('the rest is refused at once, probes are answered, and it goes on as before', () =>
    withApp({ MAX_REQUESTS_IN_FLIGHT: '3' }, async (app) => {
      const locker = new pg.Client({ connectionString: database.url });
      await locker.connect();
      await locker.query('BEGIN; LOCK TABLE delivery_attempts');
      const held = Array.from({ length: 3 }, () => app.get('/statistics/dashboard', alice));
      await becomes('three are in flight', async () =>
        (await app.get('/metrics')).text.includes('ethhook_requests_in_flight 3'),
      );
      const startedAt = performance.now();
      const refused = await app.get('/users/me', alice);
      expect(performance.now() - startedAt).toBeLessThan(500);
      expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([
        503,
        'overloaded',
        '1',
      ]);
      expect(refused.headers.get('access-control-allow-origin')).toBe('*');
      expect(refused.headers.get('x-request-id')).toBe(refused.body.request_id);
      expect((await app.get('/health/ready')).status).toBe(200);
      expect((await app.get('/metrics')).text).toContain('ethhook_requests_shed_total 1');
      await locker.query('ROLLBACK');
      await locker.end();
      expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200]);
      expect((await app.get('/users/me', alice)).status).toBe(200);
    }));

  it('streams that are open are not in flight', () =>
    withApp({ MAX_REQUESTS_IN_FLIGHT: '2' }, async (app) => {
      const streams: SseClient[] = [];
      for (let stream = 0; stream < 3; stream++) streams.push(await openSse(app.url, { token: alice }));
      expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect((await app.get('/users/me', alice)).status).toBe(200);
      for (const stream of streams) stream.close();
    }));
});
