import type { MigrationInterface, QueryRunner } from 'typeorm';
import { checkQueries, lintMigrations, type LintOptions } from '../../scripts/migration-lint/lint.js';
import { printFindings, type Finding } from '../../scripts/migration-lint/finding.js';
import { checkMigrationFiles } from '../../scripts/migration-lint/migration-files.js';
import {
  listRedundantIndexes,
  type RedundantIndexRow,
} from '../../scripts/migration-lint/redundant-indexes.sql.js';
import { splitStatements } from '../../scripts/migration-lint/sql-text.js';
import { runSquawk } from '../../scripts/migration-lint/squawk.js';
import { createEmptyDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const sent = (...queries: string[]) =>
  queries.map((sql) => ({ migration: 'M1900000000001', direction: 'up' as const, sql }));
const rulesOf = (findings: readonly Finding[]) => findings.map(({ rule }) => rule);
const check = (queries: readonly string[], uniqueColumns: string[] = []) =>
  rulesOf(checkQueries(sent(...queries), new Set(uniqueColumns)));

describe('the rules', () => {
  it.each([
    ['whole-table-write', 'UPDATE events SET data = NULL'],
    ['whole-table-write', 'update "public"."events" e set data = $1 -- WHERE id = 1'],
    ['whole-table-write', 'UPDATE delivery_attempts SET user_id = $1 WHERE user_id IS NULL'],
    ['whole-table-write', 'UPDATE events SET data = 1 WHERE id > $1'],
    ['whole-table-write', 'UPDATE events SET data = 1 WHERE id > $1 AND block_number < $2'],
    ['whole-table-write', `UPDATE events SET data = 1 WHERE data <> 'x' AND data -> 'x' IS NULL`],
    ['whole-table-write', 'UPDATE events e SET data = 1 FROM users u WHERE e.id = u.id'],
    ['whole-table-write', 'DELETE FROM ONLY events WHERE success = true'],
    ['whole-table-write', 'WITH gone AS (DELETE FROM events RETURNING id) SELECT count(*) FROM gone'],
    ['whole-table-write', 'TRUNCATE TABLE users, events'],
    ['vacuum-full', 'VACUUM FULL events'],
    ['vacuum-full', 'VACUUM (VERBOSE, FULL) events'],
    ['vacuum-full', 'CLUSTER events USING events_pkey'],
    ['index-not-concurrent', 'CREATE UNIQUE INDEX IF NOT EXISTS i ON ONLY public.events (data)'],
    ['index-not-concurrent', 'CREATE INDEX ON events (data)'],
    ['index-not-concurrent', 'DROP INDEX IF EXISTS i'],
    ['index-not-concurrent', 'REINDEX INDEX i'],
    ['concurrent-if-not-exists', 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON events (data)'],
    ['concurrent-in-transaction', 'CREATE INDEX CONCURRENTLY i ON events (data); SELECT 1'],
    ['set-not-null-unproven', 'ALTER TABLE events ALTER data SET NOT NULL'],
    ['set-not-null-unproven', 'ALTER TABLE events ALTER a DROP NOT NULL, ALTER COLUMN "data" SET NOT NULL'],
    ['constraint-validates-at-once', 'ALTER TABLE events ADD CONSTRAINT c CHECK (data IS NOT NULL)'],
    [
      'constraint-validates-at-once',
      'ALTER TABLE events ADD FOREIGN KEY (u) REFERENCES users ON DELETE CASCADE',
    ],
    ['constraint-validates-at-once', 'ALTER TABLE events ADD CONSTRAINT c UNIQUE (a, b)'],
    ['constraint-validates-at-once', 'ALTER TABLE events ADD COLUMN u uuid REFERENCES users'],
    ['volatile-default', 'ALTER TABLE events ADD COLUMN k uuid NOT NULL DEFAULT uuid_generate_v4()'],
    ['volatile-default', 'ALTER TABLE events ADD k timestamptz DEFAULT clock_timestamp()'],
    ['volatile-default', 'ALTER TABLE events ADD k bigserial'],
    ['volatile-default', 'ALTER TABLE events ADD k int GENERATED ALWAYS AS (a * 2) STORED'],
    ['lock-table', 'LOCK TABLE events'],
    ['lock-table', 'LOCK users, public.events IN ACCESS EXCLUSIVE MODE NOWAIT'],
    ['waiting-advisory-lock', 'SELECT pg_advisory_lock(1, 2)'],
    ['waiting-advisory-lock', 'SELECT pg_advisory_xact_lock (1)'],
    ['refresh-not-concurrent', 'REFRESH MATERIALIZED VIEW recent'],
    ['hidden-statements', 'DO $$ BEGIN UPDATE events SET data = 1; END $$'],
    ['hidden-statements', '-- squawk-ignore ban-drop-column\nALTER TABLE events DROP COLUMN data'],
  ])('%s: %s', (rule, sql) => expect(check([sql])).toEqual([rule]));

  it.each([
    'UPDATE events e SET data = 1 WHERE e.id > $1 AND e.id <= $2 AND e.data IS NULL',
    `DELETE FROM events WHERE ingested_at >= '2026-01-01' AND ingested_at < '2026-01-02'`,
    'DELETE FROM events WHERE (ingested_at, id) > ($1, $2) AND (ingested_at, id) <= ($3, $4)',
    'WITH b AS (SELECT id FROM events WHERE data IS NULL LIMIT 100 FOR UPDATE) UPDATE events e SET data = 1 FROM b WHERE e.id = b.id AND e.id BETWEEN $1 AND $2',
    'UPDATE events SET data = 1 WHERE id = $1',
    'INSERT INTO events (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET data = 1',
    'SELECT 1 FROM events FOR NO KEY UPDATE OF events',
    `INSERT INTO notes VALUES ('; UPDATE events SET data = 1; DROP INDEX i')`,
    'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN UPDATE events SET data = 1; RETURN new; END $f$',
    'CREATE FUNCTION g() RETURNS int BEGIN ATOMIC UPDATE events SET data = 1; SELECT 1; END',
    'CREATE TRIGGER t BEFORE INSERT OR UPDATE ON events FOR EACH ROW EXECUTE FUNCTION f()',
    'VACUUM (TRUNCATE false, PARALLEL 0) events',
    'VACUUM (FULL false) events',
    'CREATE INDEX CONCURRENTLY i ON events (data)',
    'DROP INDEX CONCURRENTLY i',
    'REINDEX INDEX CONCURRENTLY i',
    'ALTER TABLE events ADD CONSTRAINT c CHECK (data IS NOT NULL) NOT VALID',
    'ALTER TABLE events DROP CONSTRAINT p, ADD CONSTRAINT p PRIMARY KEY USING INDEX i',
    `ALTER TABLE events ADD COLUMN a timestamptz DEFAULT now(), ADD b varchar(3) DEFAULT 'x'::varchar(3)`,
    'LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE',
    'SELECT pg_try_advisory_lock(1, 2)',
    'REFRESH MATERIALIZED VIEW CONCURRENTLY recent',
    '/* DROP INDEX i; /* nested */ */ SELECT 1',
    'DELETE FROM public.ethhook_admin_backfills WHERE name = $1',
  ])('nothing is wrong with %s', (sql) => expect(check([sql], ['events.id'])).toEqual([]));

  it('know that nobody uses yet what the same migration has made', () => {
    const made = [
      'CREATE TABLE IF NOT EXISTS public.fresh (id int)',
      'CREATE INDEX fresh_id ON fresh (id)',
      'UPDATE fresh SET id = 1',
      'ALTER TABLE fresh ALTER id SET NOT NULL, ADD CHECK (id > 0), ADD b uuid DEFAULT gen_random_uuid()',
      'LOCK TABLE fresh',
      'DROP INDEX fresh_id',
      'CREATE MATERIALIZED VIEW seen AS SELECT 1 AS a WITH NO DATA',
      'REFRESH MATERIALIZED VIEW seen',
    ];
    expect(check(made)).toEqual([]);
    const later = made.map((sql, index) => ({
      migration: `M${index}`,
      direction: 'up' as const,
      sql,
    }));
    expect(rulesOf(checkQueries(later))).toEqual([
      'index-not-concurrent',
      'whole-table-write',
      'set-not-null-unproven',
      'constraint-validates-at-once',
      'volatile-default',
      'lock-table',
      'index-not-concurrent',
      'refresh-not-concurrent',
    ]);
  });

  it('let SET NOT NULL pass only while a valid CHECK proves it', () => {
    const add = 'ALTER TABLE events ADD CONSTRAINT c CHECK ((data IS NOT NULL)) NOT VALID';
    const validate = 'ALTER TABLE public.events VALIDATE CONSTRAINT c';
    const drop = 'ALTER TABLE events DROP CONSTRAINT c';
    const set = 'ALTER TABLE events ALTER COLUMN data SET NOT NULL';
    expect(check([add, validate, set, drop])).toEqual([]);
    expect(check([add, set])).toEqual(['set-not-null-unproven']);
    expect(check([add, validate, drop, set])).toEqual(['set-not-null-unproven']);
    expect(check([add, validate, 'ALTER TABLE events ALTER topics SET NOT NULL'])).toEqual([
      'set-not-null-unproven',
    ]);
  });

  it('follow transactions', () => {
    const build = 'CREATE INDEX CONCURRENTLY i ON events (data)';
    expect(check(['START TRANSACTION', build, 'COMMIT'])).toEqual(['concurrent-in-transaction']);
    expect(check(['START TRANSACTION', 'SAVEPOINT a', 'ROLLBACK TO SAVEPOINT a', build])).toEqual([
      'concurrent-in-transaction',
    ]);
    expect(check(['START TRANSACTION', 'COMMIT', build])).toEqual([]);
  });
});

it('splits a text at the semicolons that end statements', () => {
  const sql = `SELECT ';' AS ";"; -- ;\nSELECT $a$ ; $b$ ; $a$, E'\\';', 'it''s;'; /* ; */;\nSELECT $1`;
  expect(splitStatements(sql).map(({ text }) => text)).toEqual([
    `SELECT '' AS ";"`,
    `SELECT $$$$, '', ''`,
    'SELECT $1',
  ]);
});

it('finds the indexes that others make redundant, and no constraint or key', async () => {
  const db = await createEmptyDatabase();
  try {
    await db.query(`
      CREATE TABLE t (a int PRIMARY KEY, b text, c text, d text, UNIQUE (b, c));
      CREATE INDEX prefix_of_unique ON t (b);
      CREATE INDEX duplicate_of_key ON t (a);
      CREATE UNIQUE INDEX unique_duplicate_of_key ON t (a);
      CREATE INDEX plain ON t (c, d);
      CREATE INDEX same ON t (c, d);
      CREATE INDEX covering ON t (d) INCLUDE (b, c);
      CREATE INDEX included ON t (d) INCLUDE (c);
      -- each differs in one thing from those above
      CREATE INDEX other_order ON t (c DESC);
      CREATE INDEX other_class ON t (c text_pattern_ops);
      CREATE INDEX other_collation ON t (c COLLATE "C");
      CREATE INDEX other_predicate ON t (c) WHERE d = 'x';
      CREATE INDEX other_expression ON t (lower(c));
      CREATE INDEX other_method ON t USING hash (c);
      CREATE INDEX more_included ON t (c) INCLUDE (a);
      CREATE UNIQUE INDEX forbids_more ON t (c);`);
    const rows = (await db.query(listRedundantIndexes)) as unknown as RedundantIndexRow[];
    expect(rows.map(({ index, coveredBy, kind }) => `${index} ${kind} ${coveredBy}`)).toEqual([
      'duplicate_of_key duplicate t_pkey',
      'duplicate_of_key duplicate unique_duplicate_of_key',
      'included duplicate covering',
      'prefix_of_unique prefix t_b_c_key',
      'same duplicate plain',
      'unique_duplicate_of_key duplicate t_pkey',
    ]);
  } finally {
    await db.drop();
  }
});

describe('the list of migrations', () => {
  const file = (name: string, className: string) => ({
    name,
    source: `export class ${className} implements MigrationInterface {}`,
  });
  const first = file('1900000000001-MakeThings.ts', 'MakeThings1900000000001');
  const second = file('1900000000002-FillThings.ts', 'FillThings1900000000002');
  const messages = (files: (typeof first)[], registered: string[]) =>
    checkMigrationFiles(files, registered).map(({ message }) => message);

  it('is that of the files, in their order', () => {
    const names = ['MakeThings1900000000001', 'FillThings1900000000002'];
    const drawer = { name: 'things.ts', source: 'export const things = 1;' };
    expect(messages([first, second, drawer], names)).toEqual([]);
    expect(messages([first, second], [...names].reverse())).toEqual([
      expect.stringMatching(/^MakeThings1900000000001 is registered after/),
    ]);
    expect(messages([first, second], names.slice(0, 1))).toEqual([
      expect.stringMatching(/^1900000000002-FillThings.ts is not registered/),
    ]);
    expect(messages([first], names)).toEqual([
      expect.stringMatching(/^FillThings1900000000002 is registered, but/),
    ]);
  });

  it('knows each class by the name of its file', () => {
    expect(messages([file(first.name, 'MakeThings1900000000007')], ['MakeThings1900000000001'])).toEqual([
      expect.stringMatching(/must export class MakeThings1900000000001 .*not MakeThings1900000000007$/),
    ]);
    expect(messages([file('make-things.ts', 'MakeThings1900000000001')], [])).toEqual([
      expect.stringMatching(/^make-things.ts is not named/),
    ]);
  });
});

describe('the whole lint', () => {
  class MakeThings1900000000001 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await runner.query('CREATE TABLE public.things (id uuid PRIMARY KEY, name text)');
      await runner.query('CREATE INDEX things_name ON public.things (name)');
    }
    down = (runner: QueryRunner) => runner.query('DROP TABLE public.things');
  }
  class FillThings1900000000002 implements MigrationInterface {
    async up(runner: QueryRunner): Promise<void> {
      await runner.query('SELECT count(*) FROM public.things');
      await runner.query(`UPDATE public.things SET name = 'new'`);
      await runner.query('ALTER TABLE public.things ALTER COLUMN name TYPE varchar(5)');
      await runner.query('CREATE INDEX things_name_id ON public.things (name, id)');
    }
    down = () => Promise.resolve();
  }
  class BreakThings1900000000003 implements MigrationInterface {
    up = (runner: QueryRunner) => runner.query('CREATE TABLE public.things ()');
    down = () => Promise.resolve();
  }
  const lint = (migrations: LintOptions['migrations'], more: Partial<LintOptions> = {}) =>
    lintMigrations(process.env.TEST_SERVER_URL as string, {
      migrations,
      starts: [() => Promise.resolve()],
      exceptions: [],
      knownRedundantIndexes: [],
      ...more,
    });
  const about = ({ rule, migration, direction }: Finding) => [migration, direction, rule];

  it('has nothing to say about a good migration', async () => {
    const { findings, queries } = await lint([MakeThings1900000000001]);
    expect(printFindings(findings)).toBe('');
    expect(queries).toBe(7);
  });

  it("says what our rules, squawk and the catalogs find, with the migration's name", async () => {
    const { findings } = await lint([MakeThings1900000000001, FillThings1900000000002]);
    expect(findings.map(about)).toEqual([
      ['FillThings1900000000002', 'up', 'whole-table-write'],
      ['FillThings1900000000002', 'up', 'index-not-concurrent'],
      ['FillThings1900000000002', 'up', 'changing-column-type'],
      ['FillThings1900000000002', 'up', 'require-concurrent-index-creation'],
      [null, null, 'redundant-index'],
      ['FillThings1900000000002', 'down', 'empty-migration'],
    ]);
    expect(printFindings(findings)).toContain(
      `[whole-table-write]\n    UPDATE public.things SET name = 'new'\n\nFillThings1900000000002: blocks the writers of things`,
    );
    expect(findings[2]?.sql).toBe('ALTER TABLE public.things ALTER COLUMN name TYPE varchar(5)');
    expect(findings[4]?.message).toMatch(/^things_name is a prefix of things_name_id/);
  });

  it('excuses one query by name, and says when an excuse is not needed any more', async () => {
    const excuse = {
      migration: 'FillThings1900000000002',
      rule: 'changing-column-type',
      query: 'TYPE varchar(5)',
      reason: 'for the test',
    };
    const { findings } = await lint([MakeThings1900000000001, FillThings1900000000002], {
      exceptions: [excuse, { ...excuse, query: 'TYPE integer' }],
      knownRedundantIndexes: [{ index: 'things_name', reason: 'for the test' }],
    });
    expect(rulesOf(findings)).toEqual([
      'whole-table-write',
      'index-not-concurrent',
      'require-concurrent-index-creation',
      'empty-migration',
      'stale-exception',
    ]);
    expect(findings.at(-1)?.message).toContain('"TYPE integer"');
  });

  it('names the migration that fails', async () => {
    const { findings } = await lint([MakeThings1900000000001, BreakThings1900000000003]);
    expect(findings.map(about)).toEqual([['BreakThings1900000000003', 'up', 'run-failed']]);
    expect(findings[0]?.message).toContain('relation "things" already exists');
  });
});

it('tells squawk what is in a transaction, and leaves reads out', async () => {
  const findings = await runSquawk([
    ...sent('SELECT set_config($1, $2, false)', 'START TRANSACTION', 'DROP TABLE gone', 'COMMIT'),
    ...sent('START TRANSACTION', 'CREATE INDEX CONCURRENTLY i ON events (data)', 'COMMIT'),
    { ...sent('DROP TABLE made')[0]!, direction: 'down' },
  ]);
  expect(findings.map(({ rule, sql }) => [rule, sql])).toEqual([
    ['ban-drop-table', 'DROP TABLE gone'],
    ['ban-concurrent-index-creation-in-transaction', 'CREATE INDEX CONCURRENTLY i ON events (data)'],
  ]);
});
