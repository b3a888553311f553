import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import { Database } from '../../src/kernel/database/database.js';
import { DatabasePools } from '../../src/kernel/database/pools/database-pools.js';
import { sql } from '../../src/kernel/database/sql.js';
import { becomes } from '../support/leader-tasks.js';
import { createSmallWorld, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const POOL_MAX = 4;
const WRITE_POOL_MAX = 2;
const QUEUE_MAX = 3;
const WAIT_MS = 600;

let database: TestDatabase;
let app: TestApp;
let token: string;
let locker: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url, {
    DATABASE_POOL_MAX: String(POOL_MAX),
    DATABASE_POOL_MIN: '3',
    DATABASE_WRITE_POOL_MAX: String(WRITE_POOL_MAX),
    DATABASE_WRITE_POOL_MIN: '2',
    DATABASE_QUEUE_MAX: String(QUEUE_MAX),
    DATABASE_ACQUIRE_TIMEOUT_MS: String(WAIT_MS),
    FOLD_ENABLED: 'false',
    AUDIT_INTERVAL_SECONDS: '0',
  });
  locker = new pg.Client({ connectionString: database.url });
  await locker.connect();
});

afterAll(async () => {
  await locker.end();
  await app.close();
  await database.drop();
});

const sessions = async (purpose: string) => {
  const [row] = await database.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`,
    [`ethhook-admin ${purpose}`],
  );
  return row?.n;
};

const connections = (pool: 'read' | 'write') => app.app.get(DatabasePools)[pool].figures();

it("are the plan's where nothing else is said", () => {
  const { database: settings } = loadConfig({}) as AppConfig;
  expect(settings).toMatchObject({
    poolMax: 50,
    poolMin: 10,
    acquireTimeoutMs: 3000,
    idleTimeoutSeconds: 600,
    maxLifetimeSeconds: 1800,
  });
});

it('are warm at the start, one to read and one to write', async () => {
  expect(await sessions('read')).toBe(3);
  expect(await sessions('write')).toBe(2);
  token = await app.login('alice@example.com', password);
});

it('refuse at once beyond the queue and after the wait within it, write on meanwhile, and tell all of it', async () => {
  await locker.query('BEGIN; LOCK TABLE delivery_attempts');
  const timed = async () => {
    const startedAt = performance.now();
    const { status, body, headers } = await app.get('/statistics/dashboard', token);
    const { code } = body as { code?: string };
    return { status, code, retryAfter: headers.get('retry-after'), ms: performance.now() - startedAt };
  };
  const busy = { status: 503, code: 'database_busy', retryAfter: '1' };
  const running = Array.from({ length: POOL_MAX }, timed);
  await becomes('all connections are in use', () => connections('read').inUse === POOL_MAX);
  const waiting = Array.from({ length: QUEUE_MAX }, timed);
  await becomes('the queue is full', () => connections('read').waiting === QUEUE_MAX);
  const refused = await timed();
  expect(refused).toMatchObject(busy);
  expect(refused.ms).toBeLessThan(WAIT_MS / 2);
  const written = await app.call('PUT', '/users/me', token, { name: 'written meanwhile' });
  expect(written.status).toBe(200);
  for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject(busy);
  await locker.query('ROLLBACK');
  for (const answer of await Promise.all(running)) expect(answer.status).toBe(200);
  const { text } = await app.get('/metrics');
  expect(text).toMatch(/^ethhook_database_wait_seconds_count\{pool="read"\} [1-9]/m);
  expect(text).toMatch(/^ethhook_database_wait_seconds_count\{pool="write"\} [1-9]/m);
  expect(text).toMatch(/^ethhook_database_connections\{pool="read",state="in_use"\} \d/m);
  expect(connections('write')).toMatchObject({ inUse: 0, waiting: 0 });
});

it('keep connections for requests, whatever the background does', async () => {
  const nap = sql<never>('test.nap')`SELECT pg_sleep(0.4)`;
  const background = app.app.get(Database).background;
  const naps = Promise.allSettled([background.query(nap), background.query(nap), background.query(nap)]);
  await sleep(50);
  expect(connections('read')).toMatchObject({ inUse: 1, waiting: 2 });
  const answers = await Promise.all(Array.from({ length: POOL_MAX - 1 }, () => app.get('/events', token)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await naps;
});
