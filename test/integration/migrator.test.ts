import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import * as bound from '../../src/data-source.js';
import { MigrationError } from '../../src/kernel/migrations/session.js';
import {
  pendingMigrations,
  revertLastMigration,
  runMigrations,
  type RunOptions,
} from '../../src/kernel/migrations/migrator.js';
import { migrationState } from '../../src/kernel/migrations/state.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

class CreateThings1900000000001 implements MigrationInterface {
  up = (runner: QueryRunner) => runner.query('CREATE TABLE things (id int PRIMARY KEY, size int)');
  down = (runner: QueryRunner) => runner.query('DROP TABLE things');
}

class IndexThings1900000000002 implements MigrationInterface {
  transaction = false;
  up = (runner: QueryRunner) => runner.query('CREATE INDEX CONCURRENTLY things_size ON things (size)');
  down = (runner: QueryRunner) => runner.query('DROP INDEX CONCURRENTLY things_size');
}

class BreakThings1900000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE things ADD colour text');
    await runner.query('INSERT INTO things VALUES (1), (1)');
  }
  down = () => Promise.resolve();
}

class ColourThings1900000000003 implements MigrationInterface {
  up = (runner: QueryRunner) => runner.query('ALTER TABLE things ADD colour text');
  down = (runner: QueryRunner) => runner.query('ALTER TABLE things DROP colour');
}

// A database of its own for each test, on a server that other suites load.
jest.setTimeout(30_000);

let db: TestDatabase;
let other: pg.Client;
let lines: string[];
const log = (line: string) => void lines.push(line);
const limits: RunOptions = { pollMs: 20, lockWaitMs: 5000, lockTimeoutMs: 100, attempts: 4 };

const options = (...migrations: (new () => MigrationInterface)[]) => ({
  ...bound.dataSourceOptions(db.url),
  migrations,
});
const up = (...migrations: (new () => MigrationInterface)[]) =>
  runMigrations(options(...migrations), log, limits);
const ledger = async () =>
  (await db.query<{ name: string }>('SELECT name FROM ethhook_admin_migrations ORDER BY id')).map(
    ({ name }) => name,
  );

beforeEach(async () => {
  db = await createEmptyDatabase();
  lines = [];
  other = new pg.Client({ connectionString: db.url });
  other.on('error', () => undefined);
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await db.drop();
});

describe('run', () => {
  it('applies what is pending, oldest first, and says how long it took', async () => {
    expect(await up(CreateThings1900000000001)).toEqual(['CreateThings1900000000001']);
    lines = [];
    expect(await up(IndexThings1900000000002, CreateThings1900000000001)).toEqual([
      'IndexThings1900000000002',
    ]);
    expect(await ledger()).toEqual(['CreateThings1900000000001', 'IndexThings1900000000002']);
    expect(lines).toEqual(['applying IndexThings1900000000002', expect.stringMatching(/^done in \d+ ms$/)]);
  });

  it("stops at a failure, rolls it back and shows PostgreSQL's message with its detail", async () => {
    const error = await up(CreateThings1900000000001, BreakThings1900000000003).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(MigrationError);
    expect((error as MigrationError).message).toBe(
      'BreakThings1900000000003 failed: duplicate key value violates unique constraint "things_pkey"' +
        ' — Key (id)=(1) already exists.',
    );
    expect(await ledger()).toEqual(['CreateThings1900000000001']);
    expect(
      await db.query(
        `SELECT attname FROM pg_attribute WHERE attrelid = 'things'::regclass AND attname = 'colour'`,
      ),
    ).toEqual([]);
  });

  it("is not bound by the database's own time-outs, and names itself", async () => {
    const settings: unknown[] = [];
    class ReadSettings1900000000001 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        settings.push(
          ...((await runner.query(
            `SELECT current_setting('statement_timeout') AS s, current_setting('lock_timeout') AS l,
                    current_setting('idle_in_transaction_session_timeout') AS i,
                    current_setting('application_name') AS a`,
          )) as unknown[]),
        );
        await runner.query(`SET lock_timeout = '1h'`); // must not reach the next migration
      }
      down = () => Promise.resolve();
    }
    class ReadAgain1900000000002 extends ReadSettings1900000000001 {}
    class ReadOutside1900000000003 extends ReadSettings1900000000001 {
      transaction = false;
    }
    const database = new URL(db.url).pathname.slice(1);
    await db.query(`ALTER DATABASE ${database} SET statement_timeout = '5s'`);
    await up(ReadSettings1900000000001, ReadAgain1900000000002, ReadOutside1900000000003);
    const inTransaction = { s: '0', l: '100ms', i: '0', a: 'ethhook-admin migrations' };
    expect(settings).toEqual([inTransaction, inTransaction, { ...inTransaction, l: '0' }]);
  });

  it('tries again when a table is locked for a while', async () => {
    await up(CreateThings1900000000001);
    await other.query('BEGIN; LOCK TABLE things');
    const running = up(CreateThings1900000000001, ColourThings1900000000003);
    await until(() => lines.some((line) => line.includes('held by')));
    await other.query('ROLLBACK');
    expect(await running).toEqual(['ColourThings1900000000003']);
    const sentence =
      /^ColourThings1900000000003: canceling statement due to lock timeout, held by backend \d+ \(.+, transaction open for \d+ s\); attempt \d of 4$/;
    expect(lines).toContainEqual(expect.stringMatching(sentence));
  });

  it('gives up when it stays locked, and has changed nothing', async () => {
    await up(CreateThings1900000000001);
    await other.query('BEGIN; LOCK TABLE things IN ACCESS SHARE MODE');
    await expect(
      runMigrations(options(CreateThings1900000000001, ColourThings1900000000003), log, {
        ...limits,
        attempts: 2,
      }),
    ).rejects.toThrow('ColourThings1900000000003 failed: canceling statement due to lock timeout');
    expect(await ledger()).toEqual(['CreateThings1900000000001']);
  });
});

describe('one runner at a time', () => {
  it('of two at once one applies, the other finds nothing to do', async () => {
    const names = await Promise.all([bound.runMigrations(db.url, log), bound.runMigrations(db.url, log)]);
    const [worked, idle] = names[0].length > 0 ? names : [names[1], names[0]];
    expect(worked).toContain('AdoptEthhookSchema1764000000000');
    expect(idle).toEqual([]);
  });

  const holdLock = () => other.query('SELECT pg_advisory_lock(1162366279, 1)');

  it('waits without a waiting lock, since CREATE INDEX CONCURRENTLY waits for those, and says for whom', async () => {
    await holdLock();
    const running = up(CreateThings1900000000001);
    await until(() => lines.length > 0);
    expect(await db.query(`SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`)).toEqual(
      [],
    );
    expect(lines).toEqual([expect.stringMatching(/^waiting for another migration run \(backend \d+ on /)]);
    await other.query('SELECT pg_advisory_unlock(1162366279, 1)');
    expect(await running).toEqual(['CreateThings1900000000001']);
  });

  it('gives up after a bound', async () => {
    await holdLock();
    await expect(
      runMigrations(options(CreateThings1900000000001), log, { ...limits, lockWaitMs: 100 }),
    ).rejects.toThrow(/^another migration run is still at work \(backend \d+ on .*\); gave up after 0 s$/);
    expect(await db.query(`SELECT to_regclass('things') AS things`)).toEqual([{ things: null }]);
  });

  it('lets go of the lock after a failure', async () => {
    await expect(up(BreakThings1900000000003)).rejects.toThrow('relation "things" does not exist');
    expect(await up(CreateThings1900000000001)).toEqual(['CreateThings1900000000001']);
  });

  it('says so when the connection is lost on the way', async () => {
    class Kill1900000000001 implements MigrationInterface {
      up = (runner: QueryRunner) => runner.query('SELECT pg_terminate_backend(pg_backend_pid())');
      down = () => Promise.resolve();
    }
    await expect(up(Kill1900000000001)).rejects.toThrow(/^Kill1900000000001 failed: .*terminat/);
    expect(await up(CreateThings1900000000001)).toEqual(['CreateThings1900000000001']);
  });
});

describe('revert', () => {
  it('reverts the last one, outside a transaction when its flag says so', async () => {
    const all = [CreateThings1900000000001, IndexThings1900000000002] as const;
    await up(...all);
    expect(await revertLastMigration(options(...all), log, limits)).toBe('IndexThings1900000000002');
    expect(await ledger()).toEqual(['CreateThings1900000000001']);
    expect(await revertLastMigration(options(...all), log, limits)).toBe('CreateThings1900000000001');
    expect(await revertLastMigration(options(...all), log, limits)).toBeNull();
    expect(await db.query(`SELECT to_regclass('things') AS things`)).toEqual([{ things: null }]);
  });

  it('refuses one that it does not know', async () => {
    await up(CreateThings1900000000001);
    await expect(revertLastMigration(options(IndexThings1900000000002), log, limits)).rejects.toThrow(
      'CreateThings1900000000001 was applied by another version of this program: revert it there',
    );
  });

  it('finds nothing on a database that was never migrated, and writes nothing', async () => {
    expect(await revertLastMigration(options(CreateThings1900000000001), log, limits)).toBeNull();
    expect(await db.query(`SELECT to_regclass('ethhook_admin_migrations') AS ledger`)).toEqual([
      { ledger: null },
    ]);
  });
});

describe('list and gate', () => {
  const names = [CreateThings1900000000001.name, IndexThings1900000000002.name];
  const asReader = async (text: string) => {
    await other.query('BEGIN READ ONLY');
    try {
      await other.query('SET LOCAL ROLE migrations_reader');
      return (await other.query<Record<string, unknown>>(text)).rows;
    } finally {
      await other.query('ROLLBACK');
    }
  };
  beforeEach(async () => {
    await db.query('CREATE ROLE migrations_reader').catch(() => undefined); // roles outlive their database
    await db.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
  });

  it('the gate reads only, with a role that may create nothing, before the ledger is there and after', async () => {
    expect(await pendingMigrations(names, asReader)).toEqual({ pending: names, unknown: [] });
    expect(await db.query(`SELECT to_regclass('ethhook_admin_migrations') AS ledger`)).toEqual([
      { ledger: null },
    ]);
    await up(CreateThings1900000000001);
    await db.query('GRANT SELECT ON ethhook_admin_migrations TO migrations_reader');
    expect(await pendingMigrations(names, asReader)).toEqual({ pending: [names[1]], unknown: [] });
    await up(CreateThings1900000000001, IndexThings1900000000002);
    expect(await pendingMigrations(names, asReader)).toEqual({ pending: [], unknown: [] });
    expect(await pendingMigrations([], asReader)).toEqual({ pending: [], unknown: names });
    await db.query('REVOKE ALL ON ethhook_admin_migrations FROM migrations_reader');
  });

  it("the server's own knows all of this version", async () => {
    const query = (text: string) => db.query(text);
    const { pending } = await bound.pendingMigrations(query);
    expect(pending[0]).toBe('AdoptEthhookSchema1764000000000');
    await bound.runMigrations(db.url, log);
    expect(await bound.pendingMigrations(query)).toEqual({ pending: [], unknown: [] });
  });

  it('lists what has run with its time, what is pending, and what is unknown here', async () => {
    await up(CreateThings1900000000001);
    const { migrations } = await migrationState(options(CreateThings1900000000001, IndexThings1900000000002));
    expect(migrations).toEqual([
      { name: names[0], executed: true, begun: false, executedAt: expect.any(Date), known: true },
      { name: names[1], executed: false, begun: false, executedAt: null, known: true },
    ]);
    expect((await migrationState(options())).migrations).toEqual([
      { name: names[0], executed: true, begun: false, executedAt: expect.any(Date), known: false },
    ]);
  });
});

describe('what is shown when there is no connection', () => {
  const secret = 's3cret-pass';
  it.each([
    `postgres://u:${secret}@127.0.0.1:1/x`,
    `postgres://u:${secret}@localhost:1/x`,
    `postgres://u:${secret}%zz@127.0.0.1:1/x`,
    `postgres://u:${secret}/@127.0.0.1:1/x`,
  ])('%s', async (url) => {
    const error = await bound.runMigrations(url, log).catch((thrown: unknown) => thrown as MigrationError);
    expect(error).toBeInstanceOf(MigrationError);
    const { message, stack, cause } = error as MigrationError;
    expect(message).toMatch(/^cannot connect to the database: \S.*$/);
    expect([message, stack, lines.join()].join()).not.toContain(secret);
    expect(cause).toBeUndefined();
  });
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited for 5 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
