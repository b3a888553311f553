import { inspect } from 'node:util';
import type pg from 'pg';
import { dropUnneededIndex, restoreDroppedIndexes } from '../../src/kernel/migrations/unneeded-index.js';
import type { RunOptions } from '../../src/kernel/migrations/migrator.js';
import { failureOf } from '../support/live-database.js';
import { connect, ownMigration, until } from '../support/own-migration.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const items = `
CREATE TABLE items (a int, b int, c text);
INSERT INTO items SELECT n, n % 10, 'c' || n FROM generate_series(1, 200) n`;

let db: TestDatabase;
let other: TestDatabase | null;
let client: pg.Client | null;
let own: ReturnType<typeof ownMigration>;

beforeEach(async () => {
  db = await createEmptyDatabase();
  await db.query(items);
  own = ownMigration(db);
  [other, client] = [null, null];
});
afterEach(async () => {
  await client?.end();
  await other?.drop();
  await db.drop();
});

const drop = (more?: RunOptions, ...names: string[]) =>
  own.run(async (runner) => {
    for (const name of names.length > 0 ? names : ['own_index']) await dropUnneededIndex(runner, { name });
  }, more);
const index = (database = db) =>
  database.query(
    `SELECT pg_get_indexdef(indexrelid) AS "definition", indisvalid AS "isValid" FROM pg_index
      WHERE indexrelid = to_regclass('own_index')`,
  );
const verdict = async () => {
  const [change] = await own.journal();
  expect(change?.action).toBe((await index()).length > 0 ? 'kept' : 'dropped');
  return `${change?.action}: ${change?.reason}`;
};
/** A session's counts reach the statistics at its end. */
async function scan(database: TestDatabase): Promise<void> {
  const reader = await connect(database.url);
  await reader.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
  await reader.query('SELECT a FROM items WHERE a = 7');
  await reader.end();
  await until(async () => {
    const rows = await database.query(
      `SELECT 1 FROM pg_stat_user_indexes WHERE indexrelname = 'own_index' AND idx_scan > 0`,
    );
    return rows.length > 0;
  });
}

describe('is dropped', () => {
  it.each([
    ['(a)', 'by a longer one', '(a, b)'],
    ['(a DESC)', 'by one that is read backward', '(a, b)'],
    ['(a, b DESC)', 'by one that is the exact reverse', '(a DESC, b, c)'],
    ['(a) INCLUDE (b)', 'by one that has all its columns', '(a, c) INCLUDE (b)'],
  ])('%s when it is covered %s', async (columns, _, covering) => {
    await db.query(`CREATE INDEX own_index ON items ${columns}; CREATE INDEX wider ON items ${covering}`);
    await drop({ minStatisticsAgeHours: 24 });
    expect(await verdict()).toBe('dropped: wider covers it');
  });

  it('when its table is empty', async () => {
    await db.query('CREATE INDEX own_index ON items (a); DELETE FROM items');
    await drop({ minStatisticsAgeHours: 24 });
    expect(await verdict()).toBe('dropped: its table is empty');
  });

  it('when nothing has scanned it for long enough; the evidence is kept, and a revert builds the same', async () => {
    await db.query(
      `CREATE INDEX own_index ON items USING btree (lower(c) COLLATE "C" text_pattern_ops DESC NULLS LAST, a)
         INCLUDE (b) WITH (fillfactor = 70) WHERE (b > 3)`,
    );
    const before = await index();
    await drop();
    expect(await verdict()).toMatch(/^dropped: no scan since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const [change] = await own.journal();
    expect(change?.restoreSql).toBe(before[0]?.definition);
    expect(change?.evidence).toEqual({
      scans: 0,
      since: expect.any(String),
      observedHours: expect.any(Number),
      tableIsEmpty: false,
      coveredBy: null,
      unseenReplicas: 0,
      definition: before[0]?.definition,
      sizeBytes: expect.any(Number),
    });
    expect(await own.revert(restoreDroppedIndexes)).not.toBeNull();
    expect(await index()).toEqual(before);
    expect(await own.journal()).toEqual([]);
  });

  it('of two that cover each other, one', async () => {
    await db.query('CREATE INDEX own_index ON items (a); CREATE INDEX twin ON items (a DESC)');
    await drop({ minStatisticsAgeHours: 24 }, 'own_index', 'twin');
    expect((await own.journal()).map(({ object, action }) => [object, action])).toEqual([
      ['own_index', 'dropped'],
      ['twin', 'kept'],
    ]);
  });

  it('at the end, when the session was lost in the middle of it', async () => {
    await db.query('CREATE INDEX own_index ON items (a)');
    const before = await index();
    client = await connect(db.url);
    await client.query('BEGIN; SELECT FROM items LIMIT 1');
    const failed = failureOf(drop());
    await until(async () => (await index())[0]?.isValid === false);
    await db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DROP INDEX CONCURRENTLY%own_index'`,
    );
    await failed;
    expect((await index())[0]?.isValid).toBe(false);
    await client.query('ROLLBACK');
    await drop();
    expect(await index()).toEqual([]);
    await own.revert(restoreDroppedIndexes);
    expect(await index()).toEqual(before);
  });
});

describe('is kept', () => {
  it.each([
    ['scanned once', '(a)', /^1 scans since /],
    ['a partial index beside it', '(a); CREATE INDEX wider ON items (a, b) WHERE b > 1', /^1 scans/],
    ['another order beside it', '(a DESC NULLS LAST); CREATE INDEX wider ON items (a, b)', /^1 scans/],
    ['half of the order reversed', '(a DESC, b); CREATE INDEX wider ON items (a, b)', /^1 scans/],
    ['fewer columns beside it', '(a) INCLUDE (b); CREATE INDEX narrow ON items (a, c)', /^1 scans/],
  ])('%s', async (_, columns, reason) => {
    await db.query(`CREATE INDEX own_index ON items ${columns.split(';')[0]}`);
    await scan(db);
    await db.query(columns.split(';')[1] ?? 'SELECT 1');
    await drop();
    expect(await verdict()).toMatch(/^kept: /);
    expect((await own.journal())[0]?.reason).toMatch(reason);
  });

  it('while the statistics are young', async () => {
    await db.query('CREATE INDEX own_index ON items (a); SELECT pg_stat_reset()');
    await drop({ minStatisticsAgeHours: 24 });
    expect(await verdict()).toBe(
      'kept: no scan in 0.0 h of statistics, which prove nothing before 24 h: drop it later, or by hand',
    );
    expect(await own.revert(restoreDroppedIndexes)).not.toBeNull();
    expect(await index()).toHaveLength(1);
  });

  it('when it is unique', async () => {
    await db.query('CREATE UNIQUE INDEX own_index ON items (a); CREATE INDEX wider ON items (a, b)');
    await drop();
    expect(await verdict()).toBe('kept: it is unique, and so a rule as well');
  });

  it('when a constraint stands on it', async () => {
    await db.query('ALTER TABLE items ADD CONSTRAINT own_index UNIQUE (a)');
    await drop();
    expect(await verdict()).toBe('kept: the constraint own_index stands on it');
  });

  it('when it is invalid', async () => {
    await expect(db.query('CREATE UNIQUE INDEX CONCURRENTLY own_index ON items (b)')).rejects.toThrow();
    await drop();
    expect(await verdict()).toMatch(/^kept: it is invalid, .*DROP INDEX CONCURRENTLY$/);
  });

  it('while another backend builds it', async () => {
    client = await connect(db.url);
    await client.query('BEGIN; UPDATE items SET b = b WHERE a = 1');
    const builder = await connect(db.url);
    const building = builder.query('CREATE INDEX CONCURRENTLY own_index ON items (a)');
    await until(async () => (await index()).length > 0);
    await drop();
    expect((await own.journal())[0]?.reason).toMatch(/^backend \d+ is building it at this moment$/);
    await client.query('ROLLBACK');
    await building;
    await builder.end();
    expect(await index()).toMatchObject([{ isValid: true }]);
  });

  it('while a replica is not asked', async () => {
    await db.query('CREATE INDEX own_index ON items (a)');
    // Its walsender counts as soon as it is there.
    client = await connect(db.url, { replication: 'true', application_name: 'replica' });
    await drop();
    expect(await verdict()).toBe(
      'kept: 1 replica(s) may use it, unseen from here: give them in DATABASE_REPLICA_URLS, or drop it by hand',
    );
  });

  it('a receiver of the WAL archive is no replica', async () => {
    await db.query('CREATE INDEX own_index ON items (a)');
    client = await connect(db.url, { replication: 'true', application_name: 'pg_receivewal' });
    await drop();
    expect(await verdict()).toMatch(/^dropped: /);
  });

  // The statistics of another database stand for those of a replica: it is asked by its URL alone.
  it('when a replica has scanned it', async () => {
    await db.query('CREATE INDEX own_index ON items (a)');
    other = await createEmptyDatabase();
    await other.query(`${items}; CREATE INDEX own_index ON items (a)`);
    await scan(other);
    await drop({ replicaUrls: [other.url] });
    expect(await verdict()).toMatch(/^kept: 1 scans since /);
  });

  it('while the statistics of a replica are young', async () => {
    await db.query('CREATE INDEX own_index ON items (a)');
    other = await createEmptyDatabase();
    await other.query(`${items}; CREATE INDEX own_index ON items (a); SELECT pg_stat_reset()`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await drop({ replicaUrls: [other.url], minStatisticsAgeHours: 0.5 / 3600 });
    const [change] = await own.journal();
    expect(change?.evidence.observedHours).toBeLessThan(10 / 3600);
  });

  it.each([
    'postgres://u:s3cret@127.0.0.1:1/x',
    'postgres://u:s3cret%zz@127.0.0.1:1/x',
    'postgres://u:s3cret@127.0.0.1:99999/x',
  ])('and nothing is decided when a replica does not answer: %s', async (url) => {
    await db.query('CREATE INDEX own_index ON items (a)');
    const error = await failureOf(drop({ replicaUrls: [url] }));
    expect(inspect(error)).not.toContain('s3cret');
    expect(error.message).toContain('a replica of DATABASE_REPLICA_URLS does not answer');
    expect(await index()).toHaveLength(1);
    expect(await own.journal()).toEqual([]);
  });
});
