import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import {
  backfill,
  forgetBackfill,
  type BackfillDefinition,
} from '../../src/kernel/migrations/backfill/backfill.js';
import { readBackfills } from '../../src/kernel/migrations/backfill/read-backfills.js';
import { LEDGER_TABLE, type Row } from '../../src/kernel/migrations/ledger.js';
import { revertLastMigration, runMigrations, type RunOptions } from '../../src/kernel/migrations/migrator.js';
import { MigrationError, type PostgresOptions } from '../../src/kernel/migrations/session.js';
import { defaultSettings, setContext, type BackfillSettings } from '../../src/kernel/migrations/settings.js';
import { CreateMigrationJournal1764100000000 } from '../../src/migrations/1764100000000-CreateMigrationJournal.js';
import { until } from '../support/own-migration.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

const NIL = '00000000-0000-0000-0000-000000000000';
const GREATEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

jest.setTimeout(60_000);

let db: TestDatabase;
let other: pg.Client;
let lines: string[];
let drawn: string[];

beforeEach(async () => {
  db = await createEmptyDatabase();
  [lines, drawn] = [[], []];
  other = await connect();
});
afterEach(async () => {
  await other.end();
  await db.drop();
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: db.url, application_name: 'the other one' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** As many rows with keys in no order, and the two extreme ones. */
async function createItems(rows: number): Promise<void> {
  await db.query('CREATE TABLE items (id uuid PRIMARY KEY, owner int, writes int NOT NULL DEFAULT 0)');
  await db.query(
    `INSERT INTO items (id) SELECT md5(n::text)::uuid FROM generate_series(1, ${rows - 2}) n
     UNION ALL VALUES ('${NIL}'::uuid), ('${GREATEST}')`,
  );
}

// Not guarded by `owner IS NULL`: a row that is visited twice is counted twice.
const fillItems: BackfillDefinition = {
  name: 'fill-items',
  table: 'public.items',
  key: 'id',
  update: 'UPDATE public.items SET owner = 7, writes = writes + 1 WHERE id > $1 AND id <= $2',
};
const slowly = (msPerRow: number): BackfillDefinition => ({
  ...fillItems,
  update: `${fillItems.update} AND pg_sleep(${msPerRow / 1000}) IS NOT NULL`,
});

const filling = (definition: BackfillDefinition) =>
  class FillItems1900000000001 implements MigrationInterface {
    readonly name = 'FillItems1900000000001';
    readonly transaction = false;
    up = (runner: QueryRunner) => backfill(runner, definition);
    down = (runner: QueryRunner) => forgetBackfill(runner, definition.name);
  };

const options = (definition: BackfillDefinition): PostgresOptions => ({
  type: 'postgres',
  schema: 'public',
  migrations: [CreateMigrationJournal1764100000000, filling(definition)],
  migrationsTableName: LEDGER_TABLE,
  migrationsTransactionMode: 'each',
  extra: { connectionString: db.url },
});

const calm: Partial<BackfillSettings> = { firstBatchRows: 100, maxBatchRows: 200, restRatio: 0 };

const run = (
  definition: BackfillDefinition,
  backfillSettings: Partial<BackfillSettings> = {},
  more: RunOptions = {},
) =>
  runMigrations(options(definition), (line) => void lines.push(line), {
    pollMs: 20,
    lockTimeoutMs: 50,
    progress: (line) => void drawn.push(line ?? '(end)'),
    ...more,
    backfill: { ...defaultSettings.backfill, ...calm, ...backfillSettings },
  });

const failure = async (running: Promise<unknown>): Promise<string> => {
  const error = await running.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(MigrationError);
  return (error as Error).message;
};

const status = async () => (await readBackfills((text) => db.query<Row>(text)))[0];

const visited = (rows: number) => until(async () => ((await status())?.rowsVisited ?? 0) >= rows);
const paused = () =>
  until(async () => {
    const now = await status();
    return now?.state === 'paused' && now;
  });

const writes = () =>
  db.query(`SELECT writes, count(*)::int AS rows FROM items GROUP BY writes ORDER BY writes`);
const pidOf = async (client: pg.Client) =>
  (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid ?? 0;

describe('to the end', () => {
  it('writes each row once, the nil uuid and the greatest one too', async () => {
    await createItems(3000);
    await run(fillItems);
    expect(await writes()).toEqual([{ writes: 1, rows: 3000 }]);
    expect(await status()).toMatchObject({
      name: 'fill-items',
      table: 'public.items',
      state: 'done',
      stale: false,
      pauseReason: null,
      percent: 100,
      secondsLeft: 0,
      rowsVisited: 3000,
      rowsWritten: 3000,
      rowsEstimated: 3000,
      finishedAt: expect.any(Date),
    });
    const { batches = 0, rowsPerSecond } = (await status()) ?? {};
    expect(batches).toBeGreaterThanOrEqual(15);
    expect(rowsPerSecond).toBeGreaterThan(0);
    expect(drawn[0]).toMatch(
      /^fill-items: \d\.\d % \| 100 of about 3,000 rows \| [\d,]+ rows\/s \| \d:\d\d left$/,
    );
    expect(drawn.at(-1)).toBe('(end)');
    expect(lines).toContain(`fill-items: done, 3,000 rows visited and 3,000 written in ${batches} batches`);
  });

  it('has nothing to do in an empty table, and one row is a batch', async () => {
    await db.query('CREATE TABLE items (id uuid PRIMARY KEY, owner int, writes int NOT NULL DEFAULT 0)');
    await run(fillItems);
    expect(await status()).toMatchObject({
      state: 'done',
      rowsVisited: 0,
      batches: 0,
      vacuums: 0,
      percent: 100,
    });
    await revertLastMigration(options(fillItems), () => undefined);
    expect(await status()).toBeUndefined();
    await db.query(`INSERT INTO items VALUES ('${NIL}')`);
    await run(fillItems);
    expect(await writes()).toEqual([{ writes: 1, rows: 1 }]);
  });

  it('is not repeated once it is done, until it is forgotten', async () => {
    await createItems(300);
    await run(fillItems);
    await db.query(`DELETE FROM ${LEDGER_TABLE} WHERE name LIKE 'Fill%'`);
    await run(fillItems);
    expect(await writes()).toEqual([{ writes: 1, rows: 300 }]);
    await revertLastMigration(options(fillItems), () => undefined);
    await run(fillItems);
    expect(await writes()).toEqual([{ writes: 2, rows: 300 }]);
  });

  it('ends although inserts go on, which are not its own above the greatest key at the start', async () => {
    await createItems(1000);
    await db.query(`DELETE FROM items WHERE id = '${GREATEST}'`);
    await db.query(
      `CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.owner := 7; RETURN NEW; END'`,
    );
    await db.query('CREATE TRIGGER fill BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION fill()');
    let inserting = true;
    const running = run(slowly(0.05)).finally(() => (inserting = false));
    await visited(1);
    await other.query(`INSERT INTO items (id) VALUES ('${GREATEST}')`);
    let inserted = 1;
    for (; inserting; inserted += 10) {
      await sleep(5);
      await other.query('INSERT INTO items (id) SELECT gen_random_uuid() FROM generate_series(1, 10)');
    }
    await running;
    expect(inserted).toBeGreaterThan(100);
    expect(
      await db.query(
        `SELECT count(*)::int AS rows, count(*) FILTER (WHERE owner IS NULL)::int AS missed,
                max(writes) FILTER (WHERE id = '${GREATEST}') AS beyond, max(writes) AS most FROM items`,
      ),
    ).toEqual([{ rows: 999 + inserted, missed: 0, beyond: 0, most: 1 }]);
  });
});

describe('batches', () => {
  const trace = async () => {
    await db.query('CREATE TABLE trace (n serial, rows int)');
    await db.query(`CREATE FUNCTION trace() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN INSERT INTO trace (rows) SELECT count(*) FROM fresh; RETURN NULL; END'`);
    await db.query(`CREATE TRIGGER trace AFTER UPDATE ON items REFERENCING NEW TABLE AS fresh
      FOR EACH STATEMENT EXECUTE FUNCTION trace()`);
    return async () =>
      (await db.query<{ rows: number }>('SELECT rows FROM trace ORDER BY n')).map(({ rows }) => rows);
  };

  it('shrink towards the target duration', async () => {
    await createItems(1000);
    const sizes = await trace();
    await run(slowly(1), { firstBatchRows: 400, maxBatchRows: 400, targetBatchMs: 30 });
    const [first, ...rest] = await sizes();
    expect(first).toBe(400);
    const settled = rest.slice(2, -1);
    expect(settled.length).toBeGreaterThan(10);
    for (const rows of settled) {
      expect(rows).toBeGreaterThanOrEqual(10);
      expect(rows).toBeLessThanOrEqual(60);
    }
  });

  it('grow smoothly to their bound, which an interrupted run remembers', async () => {
    await createItems(5000);
    const sizes = await trace();
    const controller = new AbortController();
    const running = run(
      fillItems,
      { firstBatchRows: 20, maxBatchRows: 300, targetBatchMs: 1000, restRatio: 2 },
      { signal: controller.signal },
    );
    const stopped = failure(running);
    await visited(1500);
    controller.abort();
    expect(await stopped).toMatch(
      /^FillItems1900000000001 interrupted: backfill fill-items is at \d\d\.\d %; run again to go on from there$/,
    );
    const before = await sizes();
    expect(before.slice(0, 8)).toEqual([20, 30, 45, 68, 102, 153, 230, 300]);
    await run(fillItems, { firstBatchRows: 20, maxBatchRows: 300, targetBatchMs: 1000 });
    expect((await sizes())[before.length]).toBe(300);
    expect(await writes()).toEqual([{ writes: 1, rows: 5000 }]);
  });

  it('leave the rest of the time to others', async () => {
    await createItems(200);
    const startedAt = performance.now();
    await run(slowly(1), { restRatio: 3, firstBatchRows: 50, maxBatchRows: 50 });
    expect(performance.now() - startedAt).toBeGreaterThan(200 * 4);
  });
});

describe('after an end in the middle', () => {
  it('goes on where it was, however often its session is killed', async () => {
    await createItems(2000);
    for (const rows of [150, 450, 750, 1250]) {
      const stopped = failure(run(slowly(0.3), { restRatio: 0.1 }));
      await visited(rows);
      await sleep(Math.random() * 30);
      const killed = await db.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'ethhook-admin migrations'`,
      );
      expect(killed.length).toBeGreaterThan(0);
      expect(await stopped).toMatch(
        /^FillItems1900000000001 failed: backfill fill-items stopped at \d+\.\d %: /,
      );
      const [{ written } = { written: -1 }] = await db.query<{ written: number }>(
        'SELECT sum(writes)::int AS written FROM items',
      );
      expect(await status()).toMatchObject({ state: 'running', rowsWritten: written, rowsVisited: written });
    }
    await run(slowly(0.05));
    expect(lines).toContainEqual(expect.stringMatching(/^fill-items: goes on at \d+\.\d %$/));
    expect(await writes()).toEqual([{ writes: 1, rows: 2000 }]);
    expect(await status()).toMatchObject({ state: 'done', rowsVisited: 2000, rowsWritten: 2000 });
  });

  it.each([
    ['commits', 'CONSTRAINT TRIGGER die AFTER UPDATE ON items DEFERRABLE INITIALLY DEFERRED', 250],
    ['writes its cursor', 'TRIGGER die BEFORE UPDATE ON ethhook_admin_backfills', 3],
  ])('neither loses nor repeats rows when its session ends as it %s', async (_when, trigger, every) => {
    await createItems(1000);
    const migrations = [CreateMigrationJournal1764100000000];
    await runMigrations({ ...options(fillItems), migrations }, () => undefined);
    await db.query('CREATE SEQUENCE turn');
    // A sequence is not rolled back: each turn kills once.
    await db.query(`CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
      IF nextval('turn') % ${every} = 0 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
      RETURN NEW; END$$`);
    await db.query(`CREATE ${trigger} FOR EACH ROW EXECUTE FUNCTION die()`);
    let kills = 0;
    const ends = () =>
      run(fillItems).then(
        () => true,
        () => ++kills > 20,
      );
    while (!(await ends()));
    expect(kills).toBeGreaterThanOrEqual(3);
    expect(await writes()).toEqual([{ writes: 1, rows: 1000 }]);
    expect(await status()).toMatchObject({ state: 'done', rowsVisited: 1000, rowsWritten: 1000 });
  });

  it('goes on after the statement failed for its own reasons', async () => {
    await createItems(1000);
    const divides = {
      ...fillItems,
      update: fillItems.update.replace('owner = 7', 'owner = 7 / (1 - writes)'),
    };
    await db.query(
      `UPDATE items SET writes = 1 WHERE id = (SELECT id FROM items ORDER BY id OFFSET 700 LIMIT 1)`,
    );
    expect(await failure(run(divides))).toMatch(
      /^FillItems1900000000001 failed: backfill fill-items stopped at \d\d\.\d %: division by zero. What is done is kept: run again to go on from there$/,
    );
    expect((await status())?.rowsVisited).toBeGreaterThan(400);
    await db.query('UPDATE items SET writes = 0 WHERE owner IS NULL AND writes = 1');
    await run(divides);
    expect(await writes()).toEqual([{ writes: 1, rows: 1000 }]);
  });

  it('tries an orphan a few times only, and says so', async () => {
    await createItems(100);
    await db.query('CREATE TABLE owners (id int PRIMARY KEY)');
    await db.query('ALTER TABLE items ADD FOREIGN KEY (owner) REFERENCES owners');
    expect(await failure(run(fillItems))).toMatch(
      /violates foreign key constraint .*, 5 times in a row, on the 10 rows of public.items after the beginning; repair or delete .*run again/,
    );
    await db.query('INSERT INTO owners VALUES (7)');
    await run(fillItems);
    expect(await writes()).toEqual([{ writes: 1, rows: 100 }]);
  });

  it('is not confused by a second session that runs the same', async () => {
    await createItems(2000);
    const stopped = failure(run(slowly(0.1)));
    await visited(300);
    await until(async () => {
      await db.query(`UPDATE ethhook_admin_backfills SET last_key = '${GREATEST}'`);
      return true;
    });
    expect(await stopped).toMatch(/was changed by another session: only one may run it$/);
  });
});

describe('a row that is locked', () => {
  const lockOne = async () => {
    await other.query('BEGIN');
    await other.query(
      'SELECT id FROM items WHERE id = (SELECT id FROM items ORDER BY id OFFSET 500 LIMIT 1) FOR UPDATE',
    );
  };

  it('is tried again with fewer rows at once, until it is free', async () => {
    await createItems(1000);
    await lockOne();
    const running = run(fillItems);
    await until(() => Promise.resolve(lines.filter((line) => line.includes('; try ')).length >= 2));
    await other.query('COMMIT');
    await running;
    expect(lines.find((line) => line.includes('; try 1 of'))).toMatch(
      /^fill-items: canceling statement due to lock timeout; try 1 of 60, the next with at most (5|6|7|8|9|10)\d rows$/,
    );
    expect(await writes()).toEqual([{ writes: 1, rows: 1000 }]);
    expect(await status()).toMatchObject({ rowsVisited: 1000, rowsWritten: 1000 });
  });

  it('ends the run after so many tries, to be gone on with', async () => {
    await createItems(1000);
    await lockOne();
    expect(await failure(run(fillItems, {}, { attempts: 3 }))).toMatch(
      /lock timeout, 3 times in a row, on the \d+ rows of public.items after [0-9a-f-]{36}; end the transaction .*run again/,
    );
    await other.query('COMMIT');
    await run(fillItems);
    expect(await writes()).toEqual([{ writes: 1, rows: 1000 }]);
  });
});

describe('pauses', () => {
  it('while a transaction holds back VACUUM, and goes on by itself when that ends', async () => {
    await createItems(2000);
    await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await other.query("SELECT 'a secret'");
    const running = run(slowly(0.2), { maxTransactionAgeMs: 700 });
    const { pauseReason, rowsVisited } = await paused();
    expect(pauseReason).toMatch(
      new RegExp(
        `^a transaction of pid ${await pidOf(other)} \\(user \\S+, application "the other one"\\), open for 1 s, keeps VACUUM from`,
      ),
    );
    expect(rowsVisited).toBeLessThan(2000);
    await sleep(700);
    expect(await status()).toMatchObject({ state: 'paused', rowsVisited });
    await other.query('COMMIT');
    await running;
    expect(drawn).toContainEqual(expect.stringMatching(/^fill-items: .* \| paused: a transaction of pid/));
    expect(await status()).toMatchObject({ state: 'done', pauseReason: null });
    expect(await writes()).toEqual([{ writes: 1, rows: 2000 }]);
    expect([...lines, ...drawn].join('\n')).not.toContain('secret');
  });

  it('not for an open transaction that holds nothing back', async () => {
    await createItems(300);
    await other.query('BEGIN');
    await other.query('SELECT 1');
    await sleep(50);
    await run(fillItems, { maxTransactionAgeMs: 10, maxPauseMs: 0 });
    expect(await status()).toMatchObject({ state: 'done' });
    await other.query('COMMIT');
  });

  it.each([
    ['the table', 'SELECT count(*) FROM items', 'LOCK TABLE items IN ACCESS EXCLUSIVE MODE'],
    [
      'one of its rows',
      `UPDATE items SET writes = writes WHERE id = '${NIL}'`,
      `UPDATE items SET writes = writes WHERE id = '${NIL}'`,
    ],
  ])('while a session waits for %s', async (_what, held, wanted) => {
    await createItems(1200);
    const waiter = await connect();
    try {
      const running = run(slowly(0.5), { maxTransactionAgeMs: 20_000 });
      await visited(100);
      await other.query('BEGIN');
      await other.query(held);
      await waiter.query('BEGIN');
      const waiting = waiter.query(wanted);
      expect((await paused()).pauseReason).toMatch(
        new RegExp(
          `^1 session waits for locks on public.items, held by pid ${await pidOf(other)} \\(user \\S+, application "the other one"\\)$`,
        ),
      );
      await other.query('COMMIT');
      await waiting;
      await waiter.query('COMMIT');
      await running;
      expect(await writes()).toEqual([{ writes: 1, rows: 1200 }]);
    } finally {
      await waiter.end();
    }
  });

  it('not while sessions wait for something else', async () => {
    await createItems(300);
    await db.query('CREATE TABLE elsewhere (id int); INSERT INTO elsewhere VALUES (1)');
    const waiter = await connect();
    try {
      await other.query('BEGIN; UPDATE elsewhere SET id = 2');
      await waiter.query('BEGIN; SELECT count(*) FROM items');
      const waiting = waiter.query('UPDATE elsewhere SET id = 3');
      await until(async () => (await db.query('SELECT FROM pg_locks WHERE NOT granted')).length > 0);
      await run(fillItems, { maxPauseMs: 0 });
      await other.query('COMMIT');
      await waiting;
      await waiter.query('COMMIT');
    } finally {
      await waiter.end();
    }
  });

  it('not for ever: it says what to end', async () => {
    await createItems(300);
    await other.query('BEGIN; SELECT pg_current_xact_id()');
    await sleep(50);
    const settings = { maxTransactionAgeMs: 20, maxPauseMs: 300 };
    expect(await failure(run(fillItems, settings))).toMatch(
      new RegExp(
        `backfill fill-items: paused for 0 s, and a transaction of pid (\\d+) .*; end it with SELECT pg_terminate_backend\\(${await pidOf(other)}\\), then run again: it goes on at 0.0 %$`,
      ),
    );
    expect(await status()).toMatchObject({
      state: 'paused',
      pauseReason: expect.stringContaining('a transaction of'),
    });
    await other.query('COMMIT');
    await run(fillItems, settings);
    expect(await writes()).toEqual([{ writes: 1, rows: 300 }]);
  });

  it('end at once when the run is interrupted', async () => {
    await createItems(300);
    await other.query('BEGIN; SELECT pg_current_xact_id()');
    await sleep(50);
    const controller = new AbortController();
    const stopped = failure(run(fillItems, { maxTransactionAgeMs: 20 }, { signal: controller.signal }));
    await paused();
    controller.abort();
    expect(await stopped).toContain('interrupted: backfill fill-items is at 0.0 %');
    await other.query('COMMIT');
  });
});

describe('VACUUM', () => {
  const heapBytes = async (table: string) =>
    Number((await db.query<{ bytes: string }>(`SELECT pg_relation_size('${table}') AS bytes`))[0]?.bytes);

  it('keeps the heap from doubling, as one UPDATE of all rows does', async () => {
    const seed = `SELECT md5(n::text)::uuid AS id, NULL::int AS owner, 0 AS writes FROM generate_series(1, 100000) n`;
    for (const table of ['items', 'at_once']) {
      await db.query(`CREATE TABLE ${table} WITH (autovacuum_enabled = false) AS ${seed}`);
      await db.query(`ALTER TABLE ${table} ADD PRIMARY KEY (id)`);
      await db.query(`VACUUM ANALYZE ${table}`);
    }
    const before = await heapBytes('items');
    await run(fillItems, { maxBatchRows: 2000, firstBatchRows: 1000 });
    await db.query('UPDATE at_once SET owner = 7, writes = writes + 1');
    expect((await heapBytes('at_once')) / before).toBeGreaterThan(1.9);
    expect((await heapBytes('items')) / before).toBeLessThan(1.25);
    expect(await writes()).toEqual([{ writes: 1, rows: 100_000 }]);
    const { vacuums = 0 } = (await status()) ?? {};
    expect(vacuums).toBeGreaterThanOrEqual(8);
    expect(vacuums).toBeLessThanOrEqual(14);
    const [counted] = await until(async () => {
      const rows = await db.query(
        `SELECT s.vacuum_count::int - 1 AS vacuums, s.analyze_count::int - 1 AS analyses
           FROM pg_stat_user_tables s WHERE s.relname = 'items'`,
      );
      return rows[0]?.vacuums === vacuums && rows;
    });
    expect(counted).toEqual({ vacuums, analyses: 1 });
  });

  it('is left out when nothing was written', async () => {
    await createItems(300);
    await run({ ...fillItems, update: `${fillItems.update} AND owner IS NOT NULL` });
    expect(await status()).toMatchObject({ state: 'done', rowsVisited: 300, rowsWritten: 0, vacuums: 0 });
  });

  it('is cancelled when the run is interrupted', async () => {
    await createItems(300);
    await other.query('BEGIN; LOCK TABLE items IN SHARE UPDATE EXCLUSIVE MODE');
    const controller = new AbortController();
    const stopped = failure(run(fillItems, {}, { signal: controller.signal }));
    await until(
      async () =>
        (await db.query(`SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation'`)).length > 0,
    );
    const abortedAt = performance.now();
    controller.abort();
    expect(await stopped).toContain('interrupted: backfill fill-items is at');
    expect(performance.now() - abortedAt).toBeLessThan(2500);
    await other.query('COMMIT');
    await run(fillItems);
    expect(await status()).toMatchObject({ state: 'done', rowsWritten: 300 });
  });
});

describe('a rehearsal', () => {
  it('describes the statement and VACUUM, and sends nothing but reads', async () => {
    await createItems(300);
    const sent: string[] = [];
    const dataSource = new DataSource({
      ...options(fillItems),
      logging: true,
      logger: {
        logQuery: (text: string) => void sent.push(text),
        logQueryError: () => undefined,
        logQuerySlow: () => undefined,
        logSchemaBuild: () => undefined,
        logMigration: () => undefined,
        log: () => undefined,
      },
    });
    await dataSource.initialize();
    const runner = dataSource.createQueryRunner();
    const described: unknown[] = [];
    setContext(runner, {
      settings: defaultSettings,
      log: () => undefined,
      progress: () => undefined,
      signal: new AbortController().signal,
      migration: 'FillItems1900000000001',
      rehearsal: { statement: (sql, about) => void described.push([sql, about]) },
    });
    sent.length = 0;
    await backfill(runner, fillItems);
    await backfill(runner, { ...fillItems, table: 'public.not_there_yet' });
    await runner.release();
    await dataSource.destroy();
    expect(described).toHaveLength(4);
    expect(described.slice(0, 2)).toEqual([
      [
        fillItems.update,
        { rows: 300, note: 'in batches by id, each a transaction of about 100 ms and at most 20,000 rows' },
      ],
      [
        'VACUUM (TRUNCATE false, PARALLEL 0) public.items',
        { note: 'between batches, whenever 8 % of the rows are written, and with ANALYZE at the end' },
      ],
    ]);
    expect(sent.filter((text) => !/^\s*SELECT/.test(text))).toEqual([]);
    expect(await writes()).toEqual([{ writes: 0, rows: 300 }]);
  });
});

describe('the list', () => {
  it('is empty before its table is there', async () => {
    expect(await status()).toBeUndefined();
  });

  it('tells how long it will take, and what was interrupted', async () => {
    await createItems(300);
    await run(fillItems);
    await db.query(
      `UPDATE ethhook_admin_backfills SET state = 'running', rows_visited = 75, rows_per_second = 5,
              updated_at = now() - interval '50 seconds'`,
    );
    expect(await status()).toMatchObject({ percent: 25, secondsLeft: 45, stale: false, rowsPerSecond: 5 });
    await db.query(`UPDATE ethhook_admin_backfills SET updated_at = now() - interval '70 seconds'`);
    expect(await status()).toMatchObject({ state: 'running', stale: true });
  });
});

it('refuses to run inside the transaction of a migration', async () => {
  await createItems(10);
  class FillItems1900000000001 implements MigrationInterface {
    up = (runner: QueryRunner) => backfill(runner, fillItems);
    down = () => Promise.resolve();
  }
  const migrations = [CreateMigrationJournal1764100000000, FillItems1900000000001];
  expect(await failure(runMigrations({ ...options(fillItems), migrations }, () => undefined))).toContain(
    'its migration needs transaction = false',
  );
});
