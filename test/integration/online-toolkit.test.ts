import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { createIndex } from '../../src/kernel/migrations/concurrent-index.js';
import { addConstraint, requireNotNull, validateConstraint } from '../../src/kernel/migrations/constraint.js';
import { proveMovedKeys, swapKeys } from '../../src/kernel/migrations/keys.js';
import { briefly } from '../../src/kernel/migrations/short-transaction.js';
import { failureOf } from '../support/live-database.js';
import { keepSessions, loseSessionAt } from '../support/lost-session.js';
import { connect, ownMigration, until } from '../support/own-migration.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

let db: TestDatabase;
let client: pg.Client;
let own: ReturnType<typeof ownMigration>;
let lines: string[];

beforeEach(async () => {
  db = await createEmptyDatabase();
  await db.query(`
CREATE TABLE items (id int PRIMARY KEY, owner int, size int);
INSERT INTO items SELECT n, n % 7, n % 10 FROM generate_series(1, 200) n`);
  lines = [];
  own = ownMigration(db, lines);
  client = await connect(db.url);
});
afterEach(async () => {
  await client.end();
  await db.drop();
});

describe('createIndex', () => {
  const sizes = {
    name: 'items_size',
    definition: 'CREATE INDEX items_size ON public.items USING btree (size DESC) WHERE (owner > 1)',
  };
  const build = (runner: QueryRunner) => createIndex(runner, sizes);
  const found = async () =>
    (
      await db.query(
        `SELECT indexrelid AS "oid", pg_get_indexdef(indexrelid) AS "definition", indisvalid AS "isValid"
           FROM pg_index WHERE indexrelid = to_regclass('items_size')`,
      )
    )[0];

  it('builds it, and keeps what is there and the same', async () => {
    await own.run(build);
    const first = await found();
    expect(first).toMatchObject({ definition: sizes.definition, isValid: true });
    await own.forget();
    await own.run(build);
    expect(await found()).toEqual(first);
  });

  it('keeps another index of its name, and says how to make way', async () => {
    await db.query('CREATE INDEX items_size ON items (size)');
    const first = await found();
    const { message } = await failureOf(own.run(build));
    expect(message).toContain(`there is another index of this name: ${String(first?.definition)}; expected `);
    expect(await found()).toEqual(first);
    await db.query(/ALTER INDEX .*/.exec(message)?.[0] ?? '');
    await own.run(build);
    expect(await found()).toMatchObject({ definition: sizes.definition, isValid: true });
  });

  it.each([
    [
      'failed',
      () => db.query('CREATE UNIQUE INDEX CONCURRENTLY items_size ON items (size)').catch(() => null),
    ],
    [
      'was cancelled',
      async () => {
        await client.query('BEGIN; UPDATE items SET size = size WHERE id = 1');
        const building = db.query('CREATE INDEX CONCURRENTLY items_size ON items (size)').catch(() => null);
        await until(async () => (await found()) !== undefined);
        await db.query(
          `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC% ON items (size)'`,
        );
        await building;
        await client.query('ROLLBACK');
      },
    ],
  ])('builds anew what a build that %s has left', async (_, leave) => {
    await leave();
    expect(await found()).toMatchObject({ isValid: false });
    await own.run(build);
    expect(await found()).toMatchObject({ definition: sizes.definition, isValid: true });
    expect(await own.journal()).toMatchObject([{ object: 'items_size', action: 'repaired' }]);
  });

  it('leaves alone what another backend is building at this moment', async () => {
    await client.query('BEGIN; UPDATE items SET size = size WHERE id = 1');
    const building = db.query('CREATE INDEX CONCURRENTLY items_size ON items (size)');
    await until(async () => (await found()) !== undefined);
    expect((await failureOf(own.run(build))).message).toMatch(
      /items_size is being built by backend \d+ at this moment: run again when it has finished$/,
    );
    await client.query('ROLLBACK');
    await building;
    expect(await found()).toMatchObject({ isValid: true });
  });

  it('also for a role that may not see what others do', async () => {
    const role = `builder_${process.pid}`;
    await db.query(
      `CREATE ROLE ${role}; GRANT CREATE ON SCHEMA public TO ${role}; ALTER TABLE items OWNER TO ${role}`,
    );
    try {
      await own.run(() => Promise.resolve());
      await own.forget();
      await db.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
      await client.query('BEGIN; UPDATE items SET size = size WHERE id = 1');
      const building = db.query('CREATE INDEX CONCURRENTLY items_size ON items (size)').then(
        () => 'built',
        (error: Error) => error.message,
      );
      await until(async () => (await found()) !== undefined);
      const running = own
        .run(async (runner) => {
          await runner.query(`SET ROLE ${role}`);
          await createIndex(runner, sizes).finally(() => runner.query('RESET ROLE'));
        })
        .then(
          () => 'no error',
          (error: Error) => error.message,
        );
      await Promise.race([running, sleep(2000)]); // longer than deadlock_timeout
      await client.query('ROLLBACK');
      // Whatever ours says, the other one's work must not be undone.
      const [theirs, outcome] = await Promise.all([building, running]);
      expect(theirs).toBe('built');
      expect((await found())?.definition).toBe('CREATE INDEX items_size ON public.items USING btree (size)');
      expect(outcome).not.toBe('no error');
    } finally {
      await db.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  it('waits for an old transaction, says for which backend, and ends when that does', async () => {
    const [{ pid } = { pid: 0 }] = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))
      .rows;
    await client.query('BEGIN; UPDATE items SET size = size WHERE id = 1');
    const drawn: (string | null)[] = [];
    let isOver = false;
    const running = own
      .run(build, { lockTimeoutMs: 50, progress: (line) => void drawn.push(line) })
      .finally(() => (isOver = true));
    await until(() => drawn.some((line) => line?.includes(`(for backend ${pid}, 1 to go)`)));
    expect(isOver).toBe(false);
    expect((await found())?.isValid).toBe(false);
    await client.query('COMMIT');
    await running;
    expect(await found()).toMatchObject({ isValid: true });
    expect(drawn[0]).toMatch(/^items_size: waiting for writers before build.* \| \d+ s$/);
    expect(drawn.at(-1)).toBeNull();
    expect(lines.join()).not.toContain('attempt');
  });
});

describe('swapKeys', () => {
  const children = `
ALTER TABLE items ALTER COLUMN owner SET NOT NULL;
CREATE TABLE parts (id int PRIMARY KEY, item int CONSTRAINT parts_item_fkey REFERENCES items (id) ON DELETE CASCADE);
INSERT INTO parts SELECT n, n FROM generate_series(1, 200) n`;
  const swap = async (runner: QueryRunner) => {
    const isDone = (await keys())[0]?.definition === 'PRIMARY KEY (owner, id)';
    if (!isDone) {
      for (const [name, columns] of [
        ['items_owner_id', '(owner, id)'],
        ['items_id_key', '(id)'],
      ] as const)
        await createIndex(runner, {
          name,
          definition: `CREATE UNIQUE INDEX ${name} ON public.items USING btree ${columns}`,
        });
      await swapKeys(runner, {
        table: 'public.items',
        drop: ['items_pkey'],
        add: [
          'ADD CONSTRAINT items_pkey PRIMARY KEY USING INDEX items_owner_id',
          'ADD CONSTRAINT items_id_key UNIQUE USING INDEX items_id_key',
        ],
      });
    }
    await proveMovedKeys(runner, 'public.items');
  };
  const keys = () =>
    db.query<{ definition: string }>(
      `SELECT pg_get_constraintdef(oid) AS "definition", convalidated AS "isValidated", conindid::regclass::text AS "index"
         FROM pg_constraint WHERE conname IN ('items_pkey', 'parts_item_fkey') ORDER BY conname`,
    );

  it('moves the foreign keys that stand on the old key, and proves them', async () => {
    await db.query(children);
    await own.run(swap);
    expect(await keys()).toEqual([
      { definition: 'PRIMARY KEY (owner, id)', isValidated: true, index: 'items_pkey' },
      {
        definition: 'FOREIGN KEY (item) REFERENCES items(id) ON DELETE CASCADE',
        isValidated: true,
        index: 'items_id_key',
      },
    ]);
    expect(await own.journal()).toMatchObject([
      { object: 'foreign keys to public.items', action: 'repaired' },
    ]);
    await expect(db.query('INSERT INTO parts VALUES (999, 999)')).rejects.toMatchObject({ code: '23503' });
    await db.query('DELETE FROM items WHERE id = 5');
    expect(await db.query('SELECT id FROM parts WHERE item = 5')).toEqual([]);
  });

  it('the proof is made by the next run when the session was lost before it', async () => {
    await db.query(children);
    // Its first proof ends its session.
    await loseSessionAt(db, '%VALIDATE CONSTRAINT "parts_item_fkey"%');
    await failureOf(own.run(swap));
    expect(await keys()).toMatchObject([
      { isValidated: true },
      { isValidated: false, index: 'items_id_key' },
    ]);
    expect(await own.journal()).toMatchObject([
      { object: 'foreign keys to public.items', action: 'repaired' },
    ]);
    await keepSessions(db);
    await own.run(swap);
    expect(await keys()).toMatchObject([{ isValidated: true }, { isValidated: true }]);
    expect(await own.journal()).toMatchObject([
      { object: 'foreign keys to public.items', action: 'repaired' },
    ]);
  });

  it('changes nothing when one of its locks is not to be had', async () => {
    await db.query(children);
    const before = await keys();
    await client.query('BEGIN; SELECT FROM parts LIMIT 1');
    expect((await failureOf(own.run(swap, { attempts: 2 }))).message).toContain('lock timeout');
    expect(await keys()).toEqual(before);
  });
});

describe('requireNotNull', () => {
  const state = async () =>
    (
      await db.query(
        `SELECT a.attnotnull AS "isNotNull",
                (SELECT count(*)::int FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'c') AS "checks"
           FROM pg_attribute a WHERE a.attrelid = 'items'::regclass AND a.attname = 'owner'`,
      )
    )[0];
  const proven =
    'existing constraints on column "items.owner" are sufficient to prove that it does not contain nulls';

  /** What PostgreSQL says of the statements that `steps` sends. */
  async function overheard(steps: (runner: QueryRunner) => Promise<void>): Promise<string[]> {
    const notices: string[] = [];
    await own.run(async (runner) => {
      const connection = (await runner.connect()) as pg.PoolClient;
      connection.on('notice', ({ message }) => notices.push(message ?? ''));
      await runner.query('SET client_min_messages = debug1');
      await steps(runner);
    });
    return notices;
  }

  it('needs no scan under its exclusive lock, and leaves no CHECK behind', async () => {
    expect(await overheard((runner) => requireNotNull(runner, 'public.items', 'owner'))).toContain(proven);
    expect(await state()).toEqual({ isNotNull: true, checks: 0 });
  });

  it('which the message proves: it is missing without the CHECK', async () => {
    const notices = await overheard((runner) =>
      briefly(runner, 'ALTER TABLE items ALTER COLUMN owner SET NOT NULL'),
    );
    expect(notices).not.toContain(proven);
  });

  it('goes on from a CHECK that was added, and validated or not', async () => {
    const check = {
      table: 'public.items',
      name: 'owner_is_not_null',
      definition: 'CHECK ((owner IS NOT NULL))',
    };
    await own.run((runner) => addConstraint(runner, check));
    await own.forget();
    expect(await overheard((runner) => requireNotNull(runner, 'public.items', 'owner'))).toContain(proven);
    expect(await state()).toEqual({ isNotNull: true, checks: 0 });
    await own.forget();
    await own.run((runner) => requireNotNull(runner, 'public.items', 'owner'));
    expect(await state()).toEqual({ isNotNull: true, checks: 0 });
  });

  it('fails at a row without a value, without an exclusive lock', async () => {
    await db.query('UPDATE items SET owner = NULL WHERE id = 9');
    expect(
      (await failureOf(own.run((runner) => requireNotNull(runner, 'public.items', 'owner')))).message,
    ).toContain('check constraint "owner_is_not_null" of relation "items" is violated by some row');
    expect(await state()).toEqual({ isNotNull: false, checks: 1 });
    await db.query('UPDATE items SET owner = 1 WHERE id = 9');
    await own.run((runner) => requireNotNull(runner, 'public.items', 'owner'));
    expect(await state()).toEqual({ isNotNull: true, checks: 0 });
  });
});

describe('validateConstraint', () => {
  it('lets readers and writers by', async () => {
    const check = { table: 'public.items', name: 'slow', definition: 'CHECK (slowly(size))' };
    await db.query(`
CREATE FUNCTION slowly(int) RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT true FROM pg_sleep(0.01)';
ALTER TABLE items ADD CONSTRAINT slow CHECK (slowly(size)) NOT VALID`);
    let isOver = false;
    const running = own.run((runner) => validateConstraint(runner, check)).finally(() => (isOver = true));
    await until(
      async () =>
        (
          await db.query(
            `SELECT 1 FROM pg_stat_activity WHERE query LIKE '%VALIDATE CONSTRAINT slow' AND state = 'active'`,
          )
        ).length > 0,
    );
    await client.query(`SET lock_timeout = '1s'`);
    await client.query('UPDATE items SET owner = 3 WHERE id = 3');
    expect(isOver).toBe(false);
    await running;
  });
});

describe('inShortTransaction', () => {
  const widen = (runner: QueryRunner) => briefly(runner, 'ALTER TABLE items ADD COLUMN colour text');
  const hasColour = async () =>
    (await db.query(`SELECT 1 FROM pg_attribute WHERE attrelid = 'items'::regclass AND attname = 'colour'`))
      .length > 0;

  /** Writes all the time until `running` ends; the longest that a write took. */
  async function slowestWriteMs(running: Promise<unknown>): Promise<number> {
    const writer = await connect(db.url);
    let isOver = false;
    void running.finally(() => (isOver = true)).catch(() => undefined);
    let slowest = 0;
    while (!isOver) {
      const startedAt = performance.now();
      await writer.query('UPDATE items SET size = size + 1 WHERE id = 17');
      slowest = Math.max(slowest, performance.now() - startedAt);
      await sleep(2);
    }
    await writer.end();
    return slowest;
  }

  it('holds writers up no longer than its lock time-out, and gives up after its attempts', async () => {
    await client.query('BEGIN; SELECT FROM items LIMIT 1');
    const failing = failureOf(own.run(widen, { lockTimeoutMs: 200, attempts: 3 }));
    const slowest = await slowestWriteMs(failing);
    const timedOut =
      'canceling statement due to lock timeout, held by backend \\d+ \\(.+, transaction open for \\d+ s\\)';
    expect((await failing).message).toMatch(
      new RegExp(`^Own1900000000001 failed: ${timedOut}, 3 times in a row: end it, and run again$`),
    );
    expect(slowest).toBeGreaterThan(150); // they did queue up behind it
    expect(slowest).toBeLessThan(600);
    expect(lines.filter((line) => line.includes('lock timeout'))).toEqual([
      // The second session that looks is opened at the first wait.
      expect.stringMatching(/^Own1900000000001: canceling statement due to lock timeout.*; attempt 1 of 3$/),
      expect.stringMatching(new RegExp(`^Own1900000000001: ${timedOut}; attempt 2 of 3$`)),
    ]);
    expect(await hasColour()).toBe(false);
  });

  it('gets its lock when the other lets go', async () => {
    await client.query('BEGIN; SELECT FROM items LIMIT 1');
    const running = own.run(widen, { lockTimeoutMs: 50, attempts: 20 });
    await until(() => lines.some((line) => line.includes('attempt 2 of 20')));
    await client.query('ROLLBACK');
    await running;
    expect(await hasColour()).toBe(true);
  });

  it('does not try again what fails by itself', async () => {
    await failureOf(own.run((runner) => briefly(runner, 'ALTER TABLE items ADD COLUMN owner int')));
    expect(lines.join()).not.toContain('attempt');
  });
});
