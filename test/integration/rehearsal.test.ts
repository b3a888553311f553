import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dumpSchema } from '../../scripts/schema-dump.js';
import * as bound from '../../src/data-source.js';
import {
  describeRehearsed,
  type RehearsedMigration,
} from '../../src/kernel/migrations/rehearsal/describe-rehearsed.js';
import { describeStatements } from '../../src/kernel/migrations/rehearsal/describe-statement.js';
import { diskNeededBytes } from '../../src/kernel/migrations/rehearsal/estimate.js';
import { provesNotNull } from '../../src/kernel/migrations/rehearsal/pending-schema.js';
import { printRehearsal } from '../../src/kernel/migrations/rehearsal/print-rehearsal.js';
import { rehearseMigrations } from '../../src/kernel/migrations/rehearsal/rehearse.js';
import { splitStatements } from '../../src/kernel/migrations/rehearsal/sql-tokens.js';
import { classify } from '../../src/kernel/migrations/rehearsal/statement-class.js';
import { contextOf } from '../../src/kernel/migrations/settings.js';
import { briefly } from '../../src/kernel/migrations/short-transaction.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

/** Rows enough for statistics to matter, and some of each thing that a statement can meet. */
const world = `
CREATE TABLE owners (id uuid PRIMARY KEY, name text);
CREATE TABLE items (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), owner_id uuid NOT NULL, kind text NOT NULL, size int, flag boolean,
  made_at timestamptz NOT NULL, note text, proven int, price numeric,
  CONSTRAINT items_owner_fkey FOREIGN KEY (owner_id) REFERENCES owners,
  CONSTRAINT items_proven CHECK (proven IS NOT NULL AND proven >= 0),
  CONSTRAINT items_size CHECK (size >= 0)
);
ALTER TABLE items ADD CONSTRAINT items_later CHECK (size < 1000000) NOT VALID;
CREATE TABLE links (item_id uuid, owner_id uuid, position int);
ALTER TABLE links ADD CONSTRAINT links_item_fkey FOREIGN KEY (item_id) REFERENCES items NOT VALID;
CREATE UNIQUE INDEX links_position ON links (position);
CREATE UNIQUE INDEX items_owner_made ON items (owner_id, made_at, id);
CREATE INDEX items_kind ON items (kind);
CREATE MATERIALIZED VIEW kinds AS SELECT kind, count(*) AS "count" FROM items GROUP BY kind;
CREATE UNIQUE INDEX kinds_kind ON kinds (kind);
CREATE VIEW small_items AS SELECT id FROM items WHERE size < 10;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER items_touch BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FUNCTION add_owner() RETURNS int LANGUAGE sql AS $$ INSERT INTO owners VALUES (gen_random_uuid()); SELECT 1 $$;
INSERT INTO owners SELECT md5(i::text)::uuid, 'owner ' || i FROM generate_series(1, 500) i;
INSERT INTO items SELECT md5('item' || i)::uuid, md5((i % 500 + 1)::text)::uuid, 'kind ' || i % 7, i, i % 2 = 0,
  timestamptz '2026-01-01' + i * interval '37 seconds', 'note ' || i, i, i
  FROM generate_series(1, 50000) i;
INSERT INTO links SELECT md5('item' || i)::uuid, md5((i % 500 + 1)::text)::uuid, i FROM generate_series(1, 2000) i;
REFRESH MATERIALIZED VIEW kinds;
`;

let db: TestDatabase;
let session: pg.Client;

beforeAll(async () => {
  db = await createEmptyDatabase();
  await db.query(world);
  await db.query('VACUUM ANALYZE');
  session = new pg.Client({ connectionString: db.url });
  await session.connect();
});
afterAll(async () => {
  await session.end();
  await db.drop();
});

async function rehearsed(...sql: string[]) {
  const client = new pg.Client({ connectionString: db.url });
  await client.connect();
  try {
    const statement = { migration: 'M', inTransaction: true, transaction: 0, note: null, rows: null };
    const [migration] = await describeRehearsed(
      async (text, values = []) => (await client.query({ text, values })).rows,
      [
        {
          name: 'M',
          oneTransaction: true,
          messages: [],
          failure: null,
          rehearsed: sql.map((one) => ({ ...statement, sql: one })),
        },
      ],
    );
    return migration?.statements ?? [];
  } finally {
    await client.end();
  }
}

const described = async (sql: string) => {
  const [statement, ...more] = await rehearsed(sql);
  if (!statement || more.length > 0) throw new Error(`not one statement: ${sql}`);
  return statement;
};

/** Of relations that were there before; weak ones on others than named come from foreign keys' own look-ups. */
type Locks = Record<string, string>;
const heldSql = `
  SELECT c.relname AS "relation", upper(regexp_replace(regexp_replace(l.mode, 'Lock$', ''), '([a-z])([A-Z])', '\\1 \\2', 'g')) AS "mode"
    FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
   WHERE l.pid = $1 AND l.locktype = 'relation' AND c.relkind IN ('r', 'm', 'v')
     AND c.relnamespace = 'public'::regnamespace`;
const order = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
];

function strongestOfEach(rows: readonly { relation: string; mode: string }[]): Locks {
  const found: Locks = {};
  for (const { relation, mode } of rows)
    if (order.indexOf(mode) > order.indexOf(found[relation] ?? '')) found[relation] = mode;
  return found;
}

const isTable = (name: string) => ['owners', 'items', 'links', 'kinds', 'small_items'].includes(name);
const promised = (statement: Awaited<ReturnType<typeof described>>): Locks =>
  strongestOfEach((statement.description.locks ?? []).filter(({ relation }) => isTable(relation)));

/** Runs it, looks, and takes it back. */
async function observe(sql: string): Promise<{ locks: Locks; rewritten: string[]; scanned: string[] }> {
  const files = async () =>
    (
      await session.query<{ name: string; file: string }>(
        `SELECT relname AS "name", pg_relation_filenode(oid) AS "file" FROM pg_class WHERE relname IN ('items', 'links', 'owners', 'kinds')`,
      )
    ).rows;
  const seen: string[] = [];
  const onNotice = ({ message }: { message?: string }) => void seen.push(message ?? '');
  await session.query('BEGIN');
  session.on('notice', onNotice);
  try {
    const before = await files();
    await session.query("SET LOCAL client_min_messages = 'debug1'");
    await session.query(sql);
    await session.query("SET LOCAL client_min_messages = 'notice'");
    const pid = (await session.query<{ pid: number }>('SELECT pg_backend_pid() AS "pid"')).rows[0]?.pid;
    const locks = strongestOfEach((await db.query(heldSql, [pid])) as never);
    const after = await files();
    const rewritten = before.filter(({ name, file }) =>
      after.some((one) => one.name === name && one.file !== file),
    );
    const scanned = seen.flatMap(
      (line) => /^verifying table "(\w+)"|^validating foreign key constraint "(\w+)"/.exec(line)?.[0] ?? [],
    );
    return { locks, rewritten: rewritten.map(({ name }) => name), scanned };
  } finally {
    session.off('notice', onNotice);
    await session.query('ROLLBACK');
  }
}

const inTransaction = [
  'CREATE TABLE fresh (id int PRIMARY KEY)',
  'CREATE TABLE fresh (id int, owner_id uuid REFERENCES public.owners (id))',
  'CREATE TABLE fresh (LIKE items INCLUDING DEFAULTS)',
  'CREATE TABLE fresh AS SELECT id FROM items',
  'DROP TABLE links',
  'DROP MATERIALIZED VIEW kinds',
  'DROP VIEW small_items',
  'CREATE INDEX fresh ON items (size)',
  'CREATE UNIQUE INDEX ON public.items USING btree (lower(note), id DESC) INCLUDE (flag) WHERE size > 5',
  'DROP INDEX items_kind',
  'DROP INDEX IF EXISTS public.items_kind, kinds_kind',
  'REINDEX INDEX items_kind',
  'REINDEX TABLE items',
  'ALTER TABLE items ADD COLUMN colour text',
  "ALTER TABLE items ADD colour text NOT NULL DEFAULT 'blue'",
  'ALTER TABLE items ADD COLUMN seen_at timestamptz DEFAULT now()',
  'ALTER TABLE items ADD COLUMN other uuid DEFAULT gen_random_uuid()',
  'ALTER TABLE items ADD COLUMN double int GENERATED ALWAYS AS (size * 2) STORED',
  'ALTER TABLE items ADD COLUMN n bigserial',
  'ALTER TABLE items ADD COLUMN n int GENERATED BY DEFAULT AS IDENTITY',
  'ALTER TABLE items ADD COLUMN other uuid REFERENCES owners',
  'ALTER TABLE items ADD COLUMN low int CHECK (low > 0)',
  'ALTER TABLE items DROP COLUMN price',
  'ALTER TABLE items DROP COLUMN owner_id',
  'ALTER TABLE items ADD CONSTRAINT c CHECK (size > 0)',
  'ALTER TABLE items ADD CONSTRAINT c CHECK (size > 0) NOT VALID',
  'ALTER TABLE links ADD CONSTRAINT f FOREIGN KEY (owner_id) REFERENCES owners (id)',
  'ALTER TABLE links ADD CONSTRAINT f FOREIGN KEY (owner_id) REFERENCES owners (id) NOT VALID',
  'ALTER TABLE links ADD CONSTRAINT p UNIQUE USING INDEX links_position',
  'ALTER TABLE links ADD CONSTRAINT p PRIMARY KEY USING INDEX links_position',
  'ALTER TABLE items ADD CONSTRAINT u UNIQUE USING INDEX items_owner_made',
  'ALTER TABLE links ADD PRIMARY KEY (position)',
  'ALTER TABLE items ADD CONSTRAINT u UNIQUE (id, kind)',
  'ALTER TABLE items DROP CONSTRAINT items_owner_fkey',
  'ALTER TABLE items DROP CONSTRAINT items_size',
  'ALTER TABLE items VALIDATE CONSTRAINT items_later',
  'ALTER TABLE items VALIDATE CONSTRAINT items_size',
  'ALTER TABLE links VALIDATE CONSTRAINT links_item_fkey',
  'ALTER TABLE items ALTER COLUMN size SET NOT NULL',
  'ALTER TABLE items ALTER proven SET NOT NULL',
  'ALTER TABLE items ALTER COLUMN kind SET NOT NULL',
  'ALTER TABLE items ALTER COLUMN kind DROP NOT NULL',
  'ALTER TABLE items ALTER COLUMN size SET DEFAULT 5',
  'ALTER TABLE items ALTER COLUMN price TYPE text',
  'ALTER TABLE items ALTER COLUMN kind SET STATISTICS 500',
  'ALTER TABLE items SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 90)',
  'ALTER TABLE items RESET (fillfactor)',
  'ALTER TABLE items SET (user_catalog_table = false)',
  'ALTER TABLE items RENAME COLUMN size TO extent',
  'ALTER TABLE items RENAME TO things',
  'ALTER INDEX items_kind RENAME TO items_by_kind',
  'ALTER TABLE items OWNER TO CURRENT_USER',
  'ALTER TABLE items DISABLE TRIGGER items_touch',
  'ALTER TABLE items SET (fillfactor = 90), ALTER COLUMN size DROP DEFAULT',
  'ALTER TABLE links ADD CONSTRAINT f FOREIGN KEY (owner_id) REFERENCES owners NOT VALID, ADD COLUMN x int',
  'CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NULL; END; $f$',
  'DROP FUNCTION add_owner()',
  'REVOKE ALL ON FUNCTION touch() FROM PUBLIC',
  'CREATE TRIGGER t BEFORE INSERT OR UPDATE OF size ON items FOR EACH ROW EXECUTE FUNCTION touch()',
  'DROP TRIGGER items_touch ON items',
  'CREATE MATERIALIZED VIEW fresh AS SELECT i.kind FROM items i JOIN owners o ON o.id = i.owner_id',
  'REFRESH MATERIALIZED VIEW kinds',
  'REFRESH MATERIALIZED VIEW CONCURRENTLY kinds',
  'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"',
  'INSERT INTO owners SELECT gen_random_uuid(), note FROM items WHERE size < 5',
  "INSERT INTO owners VALUES (gen_random_uuid(), 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.name",
  'UPDATE items i SET size = 1 FROM owners o WHERE o.id = i.owner_id AND i.size < 3',
  'DELETE FROM links WHERE position < 3',
  'WITH gone AS (DELETE FROM links WHERE position < 3 RETURNING *) INSERT INTO owners SELECT item_id FROM gone',
  'SELECT id FROM items WHERE size < 3 FOR UPDATE',
  'ANALYZE items',
  'TRUNCATE links',
  "COMMENT ON TABLE items IS 'a; b'",
  "COMMENT ON COLUMN public.items.size IS 'x'",
  "COMMENT ON CONSTRAINT items_size ON items IS 'x'",
  'LOCK TABLE items, owners IN SHARE ROW EXCLUSIVE MODE',
  'LOCK TABLE ONLY links',
] as const;

test.each(inTransaction)('the real locks, rewrites and scans: %s', async (sql) => {
  const statement = await described(sql);
  const { locks, rewritten, scanned } = await observe(sql);
  const { effects, kind } = statement.description;
  const own = promised(statement);
  // PostgreSQL looks into more: rows' keys in other tables, the tables under a view.
  const weak = Object.keys(locks).filter((name) => !(name in own) && order.indexOf(locks[name] ?? '') < 3);
  const dml = ['INSERT', 'UPDATE', 'DELETE', 'WITH', 'REFRESH MATERIALIZED VIEW', 'DROP VIEW'].includes(kind);
  expect(own).toEqual(
    Object.fromEntries(
      Object.entries(locks).filter(([name]) => isTable(name) && !(dml && weak.includes(name))),
    ),
  );
  const works = effects.map(({ work }) => work);
  expect(works.some((work) => ['rewrites', 'refreshes', 'empties'].includes(work))).toBe(
    rewritten.length > 0 || sql.includes('CONCURRENTLY'),
  );
  if (sql.startsWith('ALTER'))
    expect(works.some((work) => work === 'scans' || work === 'validates')).toBe(scanned.length > 0);
});

// Held up by a transaction, and looked at meanwhile.
const waiting = [
  ['CREATE INDEX CONCURRENTLY fresh ON items (size)', 'UPDATE items SET size = size WHERE size = 7'],
  [
    'CREATE UNIQUE INDEX CONCURRENTLY fresh ON items (made_at)',
    'UPDATE items SET size = size WHERE size = 7',
  ],
  ['DROP INDEX CONCURRENTLY items_kind', 'UPDATE items SET size = size WHERE size = 7'],
  ['REINDEX INDEX CONCURRENTLY items_owner_made', 'UPDATE items SET size = size WHERE size = 7'],
  ['REINDEX TABLE CONCURRENTLY items', 'UPDATE items SET size = size WHERE size = 7'],
  ['VACUUM (TRUNCATE false, PARALLEL 0) links', 'LOCK TABLE links IN SHARE UPDATE EXCLUSIVE MODE'],
  ['VACUUM FULL links', 'LOCK TABLE links IN ACCESS SHARE MODE'],
] as const;

test.each(waiting)('the real locks outside a transaction: %s', async (sql, before) => {
  const statement = await described(sql);
  const blocker = new pg.Client({ connectionString: db.url });
  await blocker.connect();
  await blocker.query('BEGIN');
  await blocker.query(before);
  const pid = (await session.query<{ pid: number }>('SELECT pg_backend_pid() AS "pid"')).rows[0]?.pid;
  const run = session.query(sql).catch((error: unknown) => error);
  let locks: Locks = {};
  for (let tries = 0; tries < 200 && Object.keys(locks).length === 0; tries++) {
    const waits = await db.query(`SELECT FROM pg_locks WHERE pid = $1 AND NOT granted`, [pid]);
    if (waits.length > 0) locks = strongestOfEach((await db.query(heldSql, [pid])) as never);
    else await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await blocker.query('ROLLBACK');
  await blocker.end();
  expect(await run).not.toBeInstanceOf(Error);
  await db.query('DROP INDEX IF EXISTS fresh');
  await db.query('CREATE INDEX IF NOT EXISTS items_kind ON items (kind)');
  expect(promised(statement)).toEqual(locks);
});

const notKnown = [
  'DO $$ BEGIN DROP TABLE items; END $$',
  'CALL something()',
  'ALTER TABLE items SOMETHING NEW',
  'ALTER TABLE items ADD COLUMN x int, ATTACH PARTITION y DEFAULT',
  'DROP FUNCTION touch() CASCADE',
  'DROP TABLE items CASCADE',
  'ALTER TABLE items DROP CONSTRAINT items_pkey CASCADE',
  'VACUUM',
  'ALTER SYSTEM SET work_mem = 1',
  'CREATE RULE r AS ON INSERT TO items DO ALSO (DELETE FROM links; DELETE FROM owners)',
  "INSERT INTO owners VALUES ('not ended)",
  'COPY owners FROM stdin',
  'CLUSTER items',
  'GRANT SELECT ON items TO PUBLIC',
];
test.each(notKnown)('says that it does not know: %s', async (sql) => {
  const statement = await described(sql);
  expect(statement.description.locks).toBeNull();
});

describe('texts', () => {
  test('are split at the semicolons that end statements, and at no others', () => {
    const texts = splitStatements(`
      SELECT 1; -- one; two
      /* a ; /* nested ; */ b ; */ SELECT ';', E'\\';', "a;""b", $$;$$, $x$ $$; $x$ ;
      CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; ;
      SELECT $1 + a$b$c;`).map(({ text }) => text);
    expect(texts).toHaveLength(4);
    expect(texts[1]).toMatch(/^SELECT ';'.* \$x\$ \$\$; \$x\$$/);
    expect(texts[2]).toMatch(/SELECT 2; END$/);
  });

  test.each([
    ['SELECT 1', 'read'],
    ['WITH a AS (SELECT 1) SELECT * FROM a', 'read'],
    ['SHOW server_version', 'read'],
    ['TABLE pg_class', 'read'],
    ["(VALUES ('insert into x'))", 'read'],
    ['SELECT "update" FROM (SELECT 1 AS "update") x', 'read'],
    ["SELECT set_config('lock_timeout', '1s', false)", 'session'],
    ['SELECT pg_try_advisory_lock(1)', 'session'],
    ['SET LOCAL lock_timeout = 1', 'session'],
    ['COMMIT', 'session'],
    ['WITH gone AS (DELETE FROM a RETURNING *) SELECT * FROM gone', 'change'],
    ['WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a', 'change'],
    ['SELECT * INTO b FROM a', 'change'],
    ['SELECT id FROM a FOR NO KEY UPDATE', 'change'],
    ['SELECT pg_terminate_backend(1)', 'change'],
    ['SELECT pg_stat_statements_reset()', 'change'],
    ['EXPLAIN ANALYZE DELETE FROM a', 'change'],
    ['"select" 1', 'change'],
  ])('%s is a %s', (sql, expected) => {
    expect(classify(splitStatements(sql)[0]?.tokens ?? [])).toBe(expected);
  });

  test.each([
    ['((user_id IS NOT NULL))', true],
    ['user_id is not null AND size > 0', true],
    ['"user_id" IS NOT NULL', true],
    ['user_id IS NOT NULL OR size > 0', false],
    ['NOT (user_id IS NOT NULL)', false],
    ['other IS NOT NULL', false],
  ])('CHECK %s proves user_id never NULL: %s', (check, expected) => {
    expect(provesNotNull(check, 'user_id')).toBe(expected);
  });

  test('a text of several statements is several', () => {
    const kinds = describeStatements('CREATE TABLE a (b int); COMMENT ON TABLE a IS $$;$$; DO $$ ; $$');
    expect(kinds.map(({ kind }) => kind)).toEqual(['CREATE TABLE', 'COMMENT ON', 'DO']);
  });
});

test('statements see what earlier ones would have made', async () => {
  const all = await rehearsed(
    'CREATE TABLE fresh (id int)',
    'CREATE INDEX fresh_id ON fresh (id)',
    'ALTER TABLE links ADD CONSTRAINT c CHECK (item_id IS NOT NULL) NOT VALID',
    'ALTER TABLE links ALTER item_id SET NOT NULL',
    'ALTER TABLE links VALIDATE CONSTRAINT c',
    'ALTER TABLE links ALTER item_id SET NOT NULL',
    'DROP INDEX fresh_id',
  );
  expect(all[1]?.description.locks).toEqual([{ relation: 'fresh', mode: 'SHARE', isNew: true }]);
  expect(all[3]?.description.effects.map(({ work }) => work)).toEqual(['scans']);
  expect(all[5]?.description.effects.map(({ work }) => work)).toEqual(['catalog only']);
  expect(all[6]?.description.locks?.[0]).toEqual({
    relation: 'fresh',
    mode: 'ACCESS EXCLUSIVE',
    isNew: true,
  });
});

test('a proof that is dropped is none', async () => {
  const all = await rehearsed(
    'ALTER TABLE items DROP CONSTRAINT items_proven',
    'ALTER TABLE items ALTER proven SET NOT NULL',
    'ALTER TABLE items ALTER kind DROP NOT NULL',
    'ALTER TABLE items ALTER kind SET NOT NULL',
    'CREATE TABLE fresh (id int NOT NULL, n int, PRIMARY KEY (n))',
    'ALTER TABLE fresh ALTER n SET NOT NULL',
  );
  const works = all.map(({ description }) => description.effects.map(({ work }) => work).join());
  expect([1, 3, 5].map((index) => works[index])).toEqual(['scans', 'scans', 'catalog only']);
});

test.each([
  '(id)',
  '(owner_id)',
  '(kind)',
  '(size)',
  '(note)',
  '(flag) WHERE flag',
  '(made_at, id)',
  '(owner_id, made_at DESC) INCLUDE (kind, flag, size)',
  '(lower(note))',
  '(price)',
])('the size of an index on %s is within a factor of 1.5', async (definition) => {
  const { estimate } = await described(`CREATE INDEX fresh ON items ${definition}`);
  await db.query(`CREATE INDEX fresh ON items ${definition}`);
  const [row] = await db.query<{ bytes: string }>(`SELECT pg_relation_size('fresh') AS "bytes"`);
  await db.query('DROP INDEX fresh');
  const ratio = estimate.keptBytes / Number(row?.bytes);
  expect(ratio).toBeGreaterThan(1 / 1.5);
  expect(ratio).toBeLessThan(1.5);
});

class AddOwnerOfOwner1900000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const [row] = (await runner.query('SELECT count(*)::int AS "owners" FROM owners')) as {
      owners: number;
    }[];
    await runner.query(`ALTER TABLE owners ADD COLUMN parent_id uuid; -- ${row?.owners} rows
      COMMENT ON TABLE owners IS 'x'`);
    await runner.query('SELECT nothing FROM nowhere').catch(() => undefined);
    await runner.query('SELECT add_owner()');
    runner.dataSource.logger.logMigration('looked at the owners', runner);
  }
  down = () => Promise.resolve();
}

class IndexItems1900000000002 implements MigrationInterface {
  transaction = false;
  async up(runner: QueryRunner): Promise<void> {
    await briefly(
      runner,
      'ALTER TABLE items ADD COLUMN tenant_id uuid',
      'ALTER TABLE items ADD COLUMN more int',
    );
    contextOf(runner).rehearsal?.statement(
      'UPDATE items SET tenant_id = owner_id WHERE id > $1 AND id <= $2',
      {
        note: 'in batches',
        rows: 50_000,
      },
    );
    await runner.query('CREATE INDEX CONCURRENTLY items_tenant ON items (tenant_id, made_at)');
    await runner.dataSource.query('DELETE FROM links');
    await runner.manager.query('DELETE FROM items WHERE id = $1', ['x']);
    await runner.dropIndex('items', 'items_kind').catch(() => undefined);
  }
  down = () => Promise.resolve();
}

class ReadTenants1900000000003 implements MigrationInterface {
  up = (runner: QueryRunner) => runner.query('SELECT tenant_id FROM items');
  down = () => Promise.resolve();
}

class AddColour1900000000004 implements MigrationInterface {
  up = (runner: QueryRunner) => runner.query("ALTER TABLE items ADD colour text DEFAULT 'blue'");
  down = () => Promise.resolve();
}

describe('a dry run', () => {
  const migrations = [
    AddColour1900000000004,
    AddOwnerOfOwner1900000000001,
    IndexItems1900000000002,
    ReadTenants1900000000003,
  ];
  const rehearse = (url = db.url) =>
    rehearseMigrations({ ...bound.dataSourceOptions(url), migrations }, () => undefined);
  const state = async () => ({
    schema: await dumpSchema((text) => db.query(text)),
    rows: await db.query(
      `SELECT (SELECT md5(string_agg(i::text, '' ORDER BY id)) FROM items i) AS "items",
              (SELECT count(*) FROM owners) AS "owners", (SELECT count(*) FROM links) AS "links"`,
    ),
  });
  const shape = (report: readonly RehearsedMigration[]) =>
    report.map(({ statements }) =>
      statements.map(({ description, inTransaction }) => `${inTransaction ? 'in ' : ''}${description.kind}`),
    );

  test('lists the statements in their order, and changes nothing', async () => {
    const before = await state();
    const report = await rehearse();
    expect(await state()).toEqual(before);
    expect(report.map(({ name }) => name.slice(-13))).toEqual([1, 2, 3, 4].map((n) => `190000000000${n}`));
    expect(shape(report)).toEqual([
      ['in ALTER TABLE', 'in COMMENT ON', 'in SELECT'],
      ['in ALTER TABLE', 'in ALTER TABLE', 'UPDATE', 'CREATE INDEX', 'DELETE', 'DELETE', 'DROP INDEX'],
      [],
      ['in ALTER TABLE'],
    ]);
    expect(report[0]?.messages).toEqual(['looked at the owners']);
    expect(report[0]?.statements[2]?.description.locks).toBeNull();
    expect(report[1]?.statements.slice(0, 3).map(({ transaction }) => transaction)).toEqual([1, 1, null]);
    expect(report.map(({ failure }) => failure !== null)).toEqual([false, false, true, false]);
    expect(report[2]?.failure).toMatch(/^cannot be rehearsed before AddOwner.* has run: .*tenant_id/);
  });

  test('estimates from this database', async () => {
    const [, second] = await rehearse();
    const [, , update, index] = second?.statements ?? [];
    const [heap] = await db.query<{ bytes: string }>(`SELECT pg_relation_size('items') AS "bytes"`);
    expect(update?.estimate.rowsWritten).toBe(50_000);
    expect(update?.estimate.keptBytes).toBeCloseTo(Number(heap?.bytes) * 0.4, -1);
    expect(index?.estimate.bytesRead).toBe(2 * Number(heap?.bytes));
    // 50,000 × (8 + 16 + 8 + 4 bytes) at nine tenths.
    expect(index?.estimate.keptBytes).toBeGreaterThan(1_900_000);
    expect(index?.estimate.keptBytes).toBeLessThan(2_200_000);
    const kept = (update?.estimate.keptBytes ?? 0) + (index?.estimate.keptBytes ?? 0);
    expect(diskNeededBytes(second?.statements.slice(0, 4) ?? [])).toBe(kept);
  });

  test('assigns no transaction id, and leaves no lock and no transaction', async () => {
    let id: unknown = 'not asked';
    let locks: unknown[] = [];
    class Look1900000000005 implements MigrationInterface {
      async up(runner: QueryRunner): Promise<void> {
        await runner.query('ALTER TABLE items ADD x int');
        await runner.query('SELECT add_owner()');
        const [row] = (await runner.query('SELECT pg_current_xact_id_if_assigned() AS "id"')) as {
          id: unknown;
        }[];
        id = row?.id;
        locks = (await runner.query(
          `SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'
              OR pid = pg_backend_pid() AND mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
                 AND locktype = 'relation'`,
        )) as unknown[];
      }
      down = () => Promise.resolve();
    }
    const [report] = await rehearseMigrations(
      { ...bound.dataSourceOptions(db.url), migrations: [Look1900000000005] },
      () => undefined,
    );
    expect(report?.failure).toBeNull();
    expect(id).toBeNull();
    expect(locks).toEqual([]);
  });

  test('needs no right but to read', async () => {
    const role = `reader_${process.pid}`;
    await db.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reads'; GRANT pg_read_all_data TO ${role}`);
    try {
      const url = new URL(db.url);
      url.username = role;
      url.password = 'reads';
      expect(shape(await rehearse(url.href))).toEqual(shape(await rehearse()));
    } finally {
      await db.query(`DROP ROLE ${role}`);
    }
  });

  test('is printed for a terminal', async () => {
    const lines = printRehearsal(await rehearse(), 300);
    const text = lines.join('\n');
    expect(lines).toContain('AddOwnerOfOwner1900000000001 (in one transaction)');
    expect(lines).toContain('IndexItems1900000000002 (each statement on its own)');
    expect(text).toContain(
      'lock: ACCESS EXCLUSIVE on items (blocks reads and writes), for a moment; waits at most 300 ms, then tries again',
    );
    expect(text).toMatch(/lock: SHARE UPDATE EXCLUSIVE on items \(blocks no reads or writes\)/);
    expect(text).toContain('lock not known: read it before you run it');
    expect(text).toMatch(/does: builds an index on items \(reads 1\d MB, makes 2\.\d MB, less than 1 s\)/);
    expect(text).toMatch(/does: writes rows in items \(50,000 rows, [\d.]+ MB, about 3 s\)/);
    expect(lines).toContain('  items: ACCESS EXCLUSIVE (blocks reads and writes), for a moment at most');
    expect(text).toMatch(/free disk needed: \d/);
  });
});
