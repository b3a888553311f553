import pg from 'pg';
import { indexEvidenceSchema } from '../../src/modules/maintenance/indexes/dto/index-evidence.dto.js';
import { IndexEvidenceReadModel } from '../../src/modules/maintenance/indexes/index-evidence.read-model.js';
import { IndexEvidenceService } from '../../src/modules/maintenance/indexes/index-evidence.service.js';
import { requiredIndexes } from '../../src/modules/maintenance/indexes/required-indexes.js';
import { createOriginalSchema } from '../support/ethhook-original-schema.js';
import { openDatabase } from '../support/own-database.js';
import { connect, until } from '../support/own-migration.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`
    CREATE SCHEMA "Odd schema";
    CREATE TABLE "Odd schema".parents (id int PRIMARY KEY);
    CREATE TABLE "Odd schema".planted (a int, b int, c text, d int REFERENCES "Odd schema".parents, e int UNIQUE, f int, g int);
    SET search_path = "Odd schema";
    CREATE INDEX "unused ""one""" ON planted (c);
    CREATE INDEX wide ON planted (a, b, f);
    CREATE INDEX prefix ON planted (a, b);
    CREATE INDEX reverse ON planted (a DESC, b DESC) INCLUDE (f);
    CREATE INDEX duplicate ON planted (a, b, f);
    CREATE INDEX of_unique ON planted (e);
    -- None of these is what it looks like.
    CREATE INDEX for_key ON planted (d);
    CREATE UNIQUE INDEX a_rule ON planted (g);
    CREATE INDEX an_expression ON planted (lower(c));
    CREATE INDEX other_order ON planted (a, b DESC, f);
    CREATE INDEX other_class ON planted (c text_pattern_ops, f);
    CREATE INDEX other_rows ON planted (a) WHERE b > 0;
    CREATE INDEX other_method ON planted USING hash (a);
    CREATE INDEX used ON planted (f);
    CREATE INDEX broken ON planted (b);
    CREATE TABLE parted (a int) PARTITION BY LIST (a);
    CREATE TABLE part PARTITION OF parted FOR VALUES IN (1);
    CREATE INDEX ON parted (a);
    RESET search_path`);
  await database.query(
    `UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"Odd schema".broken'::regclass`,
  );
  for (const index of ['used', 'other_order', 'other_class', 'other_rows', 'other_method'])
    await scan(database, index);
});
afterAll(() => database.drop());

const reads: Record<string, string> = {
  used: 'f = 1',
  other_order: 'a = 1 AND b = 1 ORDER BY a, b DESC',
  other_class: "c LIKE 'x%'",
  other_rows: 'a = 1 AND b > 0',
  other_method: 'a = 1',
  'unused "one"': "c = 'x'",
};

/** A session's counts reach the statistics at its end. */
async function scan({ url, query }: TestDatabase, index: string): Promise<void> {
  const client: pg.Client = await connect(url);
  // Only this index is left to be used.
  await client.query('BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL search_path = "Odd schema"');
  await client.query(
    `UPDATE pg_index SET indisvalid = false WHERE indrelid = 'planted'::regclass AND indexrelid <> $1::regclass`,
    [`"${index.replaceAll('"', '""')}"`],
  );
  await client.query(`SELECT a FROM planted WHERE ${reads[index]}`);
  await client.query('ROLLBACK');
  await client.end();
  await until(async () => {
    const rows = await query('SELECT FROM pg_stat_user_indexes WHERE indexrelname = $1 AND idx_scan > 0', [
      index,
    ]);
    return rows.length > 0;
  });
}

async function evidence(minHours?: number, environment: NodeJS.ProcessEnv = {}) {
  const own = openDatabase(database.url, environment);
  try {
    const model = new IndexEvidenceReadModel(own.database, own.sessions, own.config);
    return indexEvidenceSchema.parse(await new IndexEvidenceService(model).evidence(minHours));
  } finally {
    await own.close();
  }
}

const proposed = async (...of: Parameters<typeof evidence>) =>
  (await evidence(...of)).proposals.map(
    ({ schema, index, kind, covered_by }) =>
      `${schema === 'public' ? '' : 'odd: '}${index}: ${kind}${covered_by === null ? '' : ` of ${covered_by.index}`}`,
  );

const redundant = [
  'idx_usage_records_user_month: duplicate of usage_records_user_id_month_key',
  'idx_users_api_key_hash: duplicate of users_api_key_hash_key',
  'idx_users_email: duplicate of users_email_key',
  'odd: duplicate: duplicate of wide',
  'odd: of_unique: duplicate of planted_e_key',
  'odd: prefix: prefix of wide',
  'odd: reverse: prefix of wide',
];

it('proposes what is planted and what EthHook has twice, with its evidence, and nothing else', async () => {
  const found = await proposed(0);
  expect(found.filter((one) => !/^idx_.*: unused$/.test(one)).sort()).toEqual(
    [...redundant, 'odd: unused "one": unused'].sort(),
  );
  const { proposals, invalid } = await evidence(0);
  expect(invalid.map(({ index, state }) => [index, state])).toEqual([['broken', 'broken']]);
  expect(proposals.find(({ index }) => index === 'unused "one"')).toMatchObject({
    table: 'planted',
    definition: 'CREATE INDEX "unused ""one""" ON "Odd schema".planted USING btree (c)',
    size_bytes: 8192,
    scans: 0,
    reason: expect.stringMatching(/^no scan on the only server since \d{4}-/) as string,
  });
});

it('calls nothing unused before it was observed for days', async () => {
  const { notes } = await evidence();
  expect(notes).toEqual([expect.stringContaining('prove nothing before 168 h')]);
  expect((await proposed()).filter((one) => one.endsWith(': unused'))).toEqual([]);
});

it('counts the scans of replicas, and says nothing when one does not answer', async () => {
  const replica = await createEmptyDatabase();
  await replica.query(`
    CREATE SCHEMA "Odd schema";
    CREATE TABLE "Odd schema".planted (a int, c text);
    CREATE INDEX "unused ""one""" ON "Odd schema".planted (c)`);
  await scan(replica, 'unused "one"');
  const seen = await evidence(0, { DATABASE_REPLICA_URLS: replica.url });
  expect(seen.servers).toBe(2);
  expect(seen.proposals.some(({ index }) => index === 'unused "one"')).toBe(false);
  await replica.drop();
  const blind = await evidence(0, { DATABASE_REPLICA_URLS: replica.url });
  expect(blind.notes).toEqual([expect.stringContaining('1 replicas were not asked')]);
  expect(blind.proposals.filter(({ kind }) => kind === 'unused')).toEqual([]);
  expect(JSON.stringify(blind)).not.toContain(new URL(replica.url).password);
});

it('the indexes that are required are those that the migrations have added, and one of EthHook that is relied on', async () => {
  const plain = (of: TestDatabase) =>
    of.query<{ name: string }>(
      `SELECT x.relname AS name FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
        WHERE x.relnamespace = 'public'::regnamespace AND NOT i.indisunique ORDER BY 1`,
    );
  const original = await createEmptyDatabase();
  await createOriginalSchema(original.query);
  const known = new Set((await plain(original)).map(({ name }) => name));
  await original.drop();
  const added = (await plain(database)).map(({ name }) => name).filter((name) => !known.has(name));
  expect([...requiredIndexes].sort()).toEqual([...added, 'idx_delivery_attempts_event_id'].sort());
});
