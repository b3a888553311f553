import pg from 'pg';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import { connectionOptions, poolOptions } from '../../src/kernel/database/connection.js';
import type { Database } from '../../src/kernel/database/database.js';
import { sql } from '../../src/kernel/database/sql.js';
import { DatabaseWatchdog } from '../../src/kernel/database/watchdog.js';
import { databaseOver } from '../support/own-database.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let testDatabase: TestDatabase;
let pool: pg.Pool;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const config = loadConfig({
    DATABASE_URL: testDatabase.url,
    JWT_SECRET: 'x'.repeat(32),
    DATABASE_POOL_MAX: '4',
    DATABASE_POOL_MIN: '3',
    STATEMENT_TIMEOUT_INTERACTIVE_MS: '400',
    STATEMENT_TIMEOUT_BACKGROUND_MS: '2000',
  }) as AppConfig;
  pool = new pg.Pool({ ...connectionOptions(config, 'kernel-test'), ...poolOptions(config) });
  const watchdog = new DatabaseWatchdog(connectionOptions(config, 'kernel-test watchdog'));
  database = databaseOver(pool, config, watchdog);
});

afterAll(async () => {
  await pool.end();
  await testDatabase.drop();
});

const setting = (name: string) =>
  sql<{ value: string }>('test.read-setting')`SELECT current_setting(${name}) AS value`;
const nap = (seconds: number) => sql<never>('test.nap')`SELECT pg_sleep(${seconds})`;
const backend = sql<{ pid: number; query: string }>('test.find-backend')`
  SELECT pg_backend_pid() AS pid, a.query FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()`;

it('names each statement on the server, as a comment and as its prepared statement', async () => {
  const [row] = await database.query(backend);
  expect(row?.query).toMatch(/^SELECT \/\* test\.find-backend \*\/ /);
  const client = await pool.connect();
  const prepared = await client.query(
    `SELECT name FROM pg_prepared_statements WHERE name = 'test.find-backend'`,
  );
  client.release();
  expect(prepared.rows).toHaveLength(1);
});

it('runs sessions in UTC without jit', async () => {
  expect((await database.query(setting('TimeZone')))[0]).toEqual({ value: 'UTC' });
  expect((await database.query(setting('jit')))[0]).toEqual({ value: 'off' });
});

it('reads timestamptz as RFC 3339 with its microseconds', async () => {
  const [row] = await database.query(sql<{ at: string; never: string }>('test.read-times')`
    SELECT '2026-01-02 05:04:05.123456+02'::timestamptz AS at, 'infinity'::timestamptz AS never`);
  expect(row).toEqual({ at: '2026-01-02T03:04:05.123456Z', never: 'infinity' });
});

it('binds text that looks like SQL as a value', async () => {
  const hostile = `'; DROP TABLE users; --`;
  const [row] = await database.query(sql<{ text: string }>('test.echo')`SELECT ${hostile}::text AS text`);
  expect(row?.text).toBe(hostile);
});

it('a stall of this process is no verdict on the server, neither while it connects nor later', async () => {
  const config = loadConfig({ DATABASE_URL: testDatabase.url, JWT_SECRET: 'x'.repeat(32) }) as AppConfig;
  const watchdog = new DatabaseWatchdog(connectionOptions(config, 'stalled watchdog'));
  const changes: unknown[] = [];
  watchdog.onChange((state) => changes.push(state));
  watchdog.start();
  for (let stall = 0; stall < 3; stall++) {
    const checked = watchdog.check();
    // Nothing of this process goes on, timers included.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);
    expect(await checked).toMatchObject({ up: true });
  }
  await watchdog.stop();
  expect(changes).toEqual([]);
});

describe('time-outs by class of work', () => {
  it('ends an interactive statement and keeps the connection', async () => {
    const [before] = await database.query(backend);
    await expect(database.query(nap(5))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'statement_timeout',
    });
    const [after] = await database.query(backend);
    expect(after?.pid).toBe(before?.pid);
  });

  it('gives background work longer, inside its transaction only', async () => {
    await database.transaction({ work: 'background' }, (tx) => tx.query(nap(0.6)));
    await expect(database.query(nap(0.6))).rejects.toMatchObject({ code: 'statement_timeout' });
  });

  it('gives maintenance work no bound', async () => {
    const rows = await database.transaction({ work: 'maintenance' }, (tx) =>
      tx.query(setting('statement_timeout')),
    );
    expect(rows).toEqual([{ value: '0' }]);
  });
});

describe('transaction', () => {
  const addTier = sql<never>('test.add-tier')`INSERT INTO subscription_limits (tier) VALUES ('test')`;
  const tiers = sql<{ n: number }>('test.count-tiers')`SELECT count(*)::int AS n FROM subscription_limits`;

  it('rolls back when its function throws, and the connection stays usable', async () => {
    const [before] = await database.query(tiers);
    await expect(
      database.transaction({}, async (tx) => {
        await tx.query(addTier);
        throw new Error('changed my mind');
      }),
    ).rejects.toMatchObject({ kind: 'internal' });
    expect((await database.query(tiers))[0]).toEqual(before);
    expect(pool.idleCount).toBe(pool.totalCount);
  });

  it('sees one snapshot when asked to', async () => {
    await database.transaction({ snapshot: true, readOnly: true }, async (tx) => {
      const [before] = await tx.query(tiers);
      await database.query(addTier);
      expect((await tx.query(tiers))[0]).toEqual(before);
    });
    await database.query(sql<never>('test.drop-tier')`DELETE FROM subscription_limits WHERE tier = 'test'`);
  });

  it('refuses a write when read-only', async () => {
    await expect(database.transaction({ readOnly: true }, (tx) => tx.query(addTier))).rejects.toMatchObject({
      code: 'database_read_only',
    });
  });

  it('whose backend is killed between two statements ends in 503, not in a crash, and frees the connection', async () => {
    await expect(
      database.transaction({}, async (tx) => {
        const [{ pid } = { pid: 0 }] = await tx.query(backend);
        await testDatabase.query('SELECT pg_terminate_backend($1)', [pid]);
        await new Promise((resolve) => setTimeout(resolve, 100));
        return tx.query(tiers);
      }),
    ).rejects.toMatchObject({ kind: 'unavailable', code: 'database_unavailable' });
    expect(pool.idleCount).toBe(pool.totalCount);
    expect(await database.query(tiers)).toHaveLength(1);
  });
});
