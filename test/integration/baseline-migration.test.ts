import type { QueryRunner } from 'typeorm';
import { dumpSchema } from '../../scripts/schema-dump.js';
import { dataSourceOptions } from '../../src/data-source.js';
import { MigrationError } from '../../src/kernel/migrations/session.js';
import { revertLastMigration, runMigrations } from '../../src/kernel/migrations/migrator.js';
import { migrationState } from '../../src/kernel/migrations/state.js';
import {
  AdoptEthhookSchema1764000000000,
  SchemaMismatchError,
} from '../../src/migrations/1764000000000-AdoptEthhookSchema.js';
import { createOriginalSchema } from '../support/ethhook-original-schema.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

const name = 'AdoptEthhookSchema1764000000000';
const without = ['ethhook_admin_migrations'];

// A database of its own for each test, on a server that other suites load.
jest.setTimeout(30_000);

let db: TestDatabase;
let lines: string[];
const log = (line: string) => void lines.push(line);
const schema = () => dumpSchema((text) => db.query(text), { without });
const options = () => ({ ...dataSourceOptions(db.url), migrations: [AdoptEthhookSchema1764000000000] });
const up = () => runMigrations(options(), log);
const down = () => revertLastMigration(options(), log);
const executed = async () =>
  (await migrationState(options())).migrations.filter((migration) => migration.executed);
const state = async () => ({ rows: await rowChecksums(), schema: await schema() });

beforeEach(async () => {
  db = await createEmptyDatabase();
  lines = [];
});
afterEach(() => db.drop());

/** Every row with its place and the transaction that wrote it: a rewritten row differs, too. */
async function rowChecksums(): Promise<unknown[]> {
  const tables = await db.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> ALL($1) ORDER BY 1`,
    [without],
  );
  const sums = tables.map(
    (table) => `SELECT '${table.name}' AS "table", count(*)::int AS "rows",
                       md5(string_agg(t.ctid::text || t.xmin::text || t::text, '|' ORDER BY t.ctid)) AS "sum"
                  FROM ${table.name} t`,
  );
  return db.query(sums.join(' UNION ALL '));
}

const fill = () =>
  db.query(`
    WITH u AS (INSERT INTO users (email, password_hash, full_name)
               SELECT format('u%s@example.com', n), 'x', 'U' FROM generate_series(1, 3) n RETURNING id),
         a AS (INSERT INTO applications (user_id, name, webhook_secret) SELECT id, 'A', 's' FROM u RETURNING id),
         p AS (INSERT INTO endpoints (application_id, name, webhook_url, hmac_secret, chain_ids)
               SELECT id, 'E', 'https://example.com', 's', '{1,10}' FROM a RETURNING id),
         e AS (INSERT INTO events (block_number, block_hash, transaction_hash, log_index, contract_address, topics,
                                   data)
               SELECT n, '0xb', format('0x%s', n), n, '0xc', '{0xt}', '0x' FROM generate_series(1, 50) n RETURNING id),
         r AS (INSERT INTO usage_records (user_id, month) SELECT id, '2026-01-01' FROM u),
         l AS (INSERT INTO audit_logs (user_id, action) SELECT id, 'login' FROM u)
    INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, success, duration_ms)
    SELECT e.id, p.id, 1, true, 5 FROM e, p`);

describe('on an empty database', () => {
  it("creates what EthHook's own migrations leave, to the names of their constraints", async () => {
    expect(await up()).toEqual([name]);
    expect(lines).toContain('empty database: EthHook schema created');

    const namesSql = `
      SELECT c.relname, a.attname, a.attnum, NULL AS type FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relname !~ '^ethhook_admin' AND a.attnum > 0
       UNION ALL
      SELECT k.conrelid::regclass::text, k.conname, 0, k.contype FROM pg_constraint k
       WHERE k.connamespace = 'public'::regnamespace AND k.conrelid::regclass::text !~ '^ethhook_admin'
       ORDER BY 1, 2, 3`;
    const read = async (database: TestDatabase) => ({
      names: await database.query(namesSql),
      limits: await database.query('SELECT l.* FROM subscription_limits l ORDER BY l.tier'),
      schema: await dumpSchema((text) => database.query(text), { without }),
    });
    const original = await createEmptyDatabase();
    try {
      await createOriginalSchema((text, values) => original.query(text, values), {
        sqlxLedger: false,
        productionIndexes: false,
      });
      expect(await read(db)).toEqual(await read(original));
    } finally {
      await original.drop();
    }
  });

  it('does nothing the second time', async () => {
    await up();
    lines = [];
    expect(await up()).toEqual([]);
    expect(lines).toEqual([]);
  });
});

describe('on an existing EthHook database', () => {
  beforeEach(async () => {
    await createOriginalSchema((text, values) => db.query(text, values));
    await fill();
  });

  it('adopts it without touching a row or the schema', async () => {
    const before = await state();
    await up();
    expect(await state()).toEqual(before);
    expect(lines).toEqual([
      `applying ${name}`,
      'notice: events: additional index idx_events_ingested_block btree (ingested_at, block_number)',
      'notice: delivery_attempts: additional index idx_delivery_attempts_success_duration btree (success, duration_ms)',
      'existing EthHook schema verified and adopted, nothing changed in it',
      expect.stringMatching(/^done in \d+ ms$/),
    ]);
  });

  it('takes no lock stronger than ACCESS SHARE and writes nothing', async () => {
    const seen: unknown[] = [];
    class Observed1764000000000 extends AdoptEthhookSchema1764000000000 {
      override async up(runner: QueryRunner): Promise<void> {
        await super.up(runner);
        seen.push(
          await runner.query(`
            SELECT l.relation::regclass::text AS relation, l.mode FROM pg_locks l
             WHERE l.pid = pg_backend_pid() AND l.locktype IN ('relation', 'tuple') AND l.mode <> 'AccessShareLock'`),
          await runner.query('SELECT pg_current_xact_id_if_assigned() AS id'),
        );
      }
    }
    await runMigrations({ ...options(), migrations: [Observed1764000000000] }, log);
    expect(seen).toEqual([[], [{ id: null }]]);
  });

  it('refuses a schema that differs, with all differences, and leaves everything as it was', async () => {
    await db.query(`
      ALTER TABLE events ALTER COLUMN log_index TYPE bigint;
      ALTER TABLE delivery_attempts DROP CONSTRAINT delivery_attempts_event_id_fkey;`);
    const before = await state();
    const error = await up().catch((thrown: unknown) => thrown as MigrationError);
    expect(error).toBeInstanceOf(MigrationError);
    expect((error as MigrationError).cause).toBeInstanceOf(SchemaMismatchError);
    expect((error as MigrationError).message).toBe(
      `${name} failed: this is not the schema that EthHook's migrations leave; nothing was changed:\n` +
        '  - events.log_index: expected integer NOT NULL, found bigint NOT NULL\n' +
        '  - delivery_attempts: foreign key (event_id) → events(id) ON DELETE CASCADE is missing',
    );
    expect(await state()).toEqual(before);
    expect(await executed()).toEqual([]);
  });

  it('refuses one that is only half there', async () => {
    await db.query('DROP TABLE audit_logs, usage_records');
    await expect(up()).rejects.toThrow(
      /changed:\n {2}- usage_records: table is missing\n {2}- audit_logs: table is missing$/,
    );
  });

  it('down leaves all of it, and up adopts it again', async () => {
    await up();
    const before = await state();
    lines = [];
    await down();
    expect(lines).toContain(
      "EthHook's tables are kept as they are: EthHook created them (_sqlx_migrations is there)",
    );
    expect(await state()).toEqual(before);
    await up();
    expect(await state()).toEqual(before);
  });
});

describe('down on a database that up created', () => {
  beforeEach(() => up());

  it('drops the schema, so that up creates it again', async () => {
    const created = await schema();
    await down();
    expect(await schema()).not.toContain('TABLE');
    await up();
    expect(await schema()).toBe(created);
  });

  it.each([
    ["INSERT INTO users (email, password_hash) VALUES ('a@b.c', 'x')", 'users holds data'],
    ["INSERT INTO audit_logs (action) VALUES ('login')", 'audit_logs holds data'],
    ["UPDATE subscription_limits SET price_usd = 1 WHERE tier = 'free'", 'subscription_limits holds data'],
    ["DELETE FROM subscription_limits WHERE tier = 'free'", 'subscription_limits holds data'],
    ['CREATE INDEX mine ON events (processed_at)', 'events: additional index mine btree (processed_at)'],
    [
      'ALTER TABLE events ALTER log_index TYPE bigint',
      'events.log_index: expected integer NOT NULL, found bigint NOT NULL',
    ],
  ])('keeps it after %s', async (change, reason) => {
    await db.query(change);
    const before = await state();
    await down();
    expect(lines).toContain(`EthHook's tables are kept as they are: ${reason}`);
    expect(await state()).toEqual(before);
  });

  it('fails and keeps everything when something else depends on a table', async () => {
    await db.query('CREATE VIEW mine AS SELECT id FROM events');
    const before = await schema();
    await expect(down()).rejects.toThrow(/view mine depends on table events/);
    expect(await schema()).toBe(before);
    expect(await executed()).toMatchObject([{ name }]);
  });
});
