import pg from 'pg';
import { RebuildBloatedJob } from '../../src/modules/maintenance/bloat/rebuild-bloated.job.js';
import { DropIndexJob } from '../../src/modules/maintenance/indexes/drop-index.job.js';
import { RepairIndexesJob } from '../../src/modules/maintenance/indexes/repair-indexes.job.js';
import { RestoreIndexJob } from '../../src/modules/maintenance/indexes/restore-index.job.js';
import type { Job } from '../../src/kernel/tasks/job.js';
import { planJob, runJob } from '../support/job-context.js';
import { connect, until } from '../support/own-migration.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { withOldSnapshot } from '../support/waiting-build.js';

jest.setTimeout(60_000);

const drop = new DropIndexJob();
const restore = new RestoreIndexJob();
const repair = new RepairIndexesJob();
const rebuild = new RebuildBloatedJob({ program: undefined, databaseUrl: '' });

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query('CREATE SCHEMA "Odd schema"');
});
beforeEach(() =>
  database.query(`
    DELETE FROM ethhook_admin_schema_changes WHERE migration = 'maintenance';
    DROP TABLE IF EXISTS "Odd schema"."Items";
    CREATE TABLE "Odd schema"."Items" (a int, b int, c text);
    INSERT INTO "Odd schema"."Items" SELECT n, n % 10, 'c' || n FROM generate_series(1, 3000) n`),
);
afterAll(() => database.drop());

const odd = (index: string) => ({ schema: 'Odd schema', index });
const own = odd('Own "index"');
const definition =
  'CREATE INDEX "Own ""index""" ON "Odd schema"."Items" USING btree (a DESC, lower(c)) WITH (fillfactor=\'70\') WHERE (b > 3)';
const create = () => database.query(definition);

/** Of the table, those that are not valid marked so. */
const indexes = async () =>
  (
    await database.query<{ name: string }>(
      `SELECT x.relname || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END AS name
         FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
        WHERE i.indrelid = '"Odd schema"."Items"'::regclass ORDER BY 1`,
    )
  ).map(({ name }) => name);
const definitionOf = async () =>
  (await database.query(`SELECT pg_get_indexdef('"Odd schema"."Own ""index"""'::regclass) AS definition`))[0]
    ?.definition;

/** Holds a snapshot of the table, for which every build and drop of its indexes waits, until `work` is done. */
async function whileRead<T>(work: () => Promise<T>): Promise<T> {
  const reader = await connect(database.url);
  try {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT FROM "Odd schema"."Items" LIMIT 1');
    return await work();
  } finally {
    await reader.end();
  }
}

/** Runs it until it waits; there its backend is killed, or what is given is done. Its error, or `done`. */
async function whileWaiting(
  start: () => Promise<unknown>,
  then: (pid: number) => Promise<unknown> = kill,
): Promise<unknown> {
  let outcome: Promise<unknown> = Promise.resolve();
  await whileRead(async () => {
    outcome = start().then(
      () => 'done',
      (error: unknown) => error,
    );
    await then(
      await until(async () => {
        const [row] = await database.query<{ pid: number }>(
          `SELECT a.pid FROM pg_stat_activity a WHERE a.datname = current_database()
              AND a.wait_event_type = 'Lock' AND a.query ~ 'INDEX CONCURRENTLY'`,
        );
        return row?.pid;
      }),
    );
  });
  return outcome;
}

async function kill(pid: number): Promise<void> {
  await database.query('SELECT pg_terminate_backend($1)', [pid]);
  await until(async () => {
    const rows = await database.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
    return rows.length === 0;
  });
}

/** By a session that gives up at once what it would have to wait for. */
async function leave(statement: string): Promise<void> {
  const client: pg.Client = await connect(database.url, { lock_timeout: 100 });
  await whileRead(() => expect(client.query(statement)).rejects.toThrow('lock timeout'));
  await client.end();
}
const failure = (job: Job, parameters: object = {}) =>
  runJob(database.url, job, parameters).then(
    () => null,
    (error: unknown) => error as { code?: string; message: string },
  );

describe('repair-indexes', () => {
  it('rebuilds what a build has left, drops what a rebuild or a drop has left, and touches nothing else', async () => {
    await database.query('CREATE INDEX sound ON "Odd schema"."Items" (b)');
    await leave('CREATE INDEX CONCURRENTLY "Own ""index""" ON "Odd schema"."Items" (a)');
    await leave('REINDEX INDEX CONCURRENTLY "Odd schema".sound');
    await database.query('CREATE INDEX half_dropped ON "Odd schema"."Items" (c)');
    await leave('DROP INDEX CONCURRENTLY "Odd schema".half_dropped');
    await database.query(
      `UPDATE pg_index SET indislive = false WHERE indexrelid = '"Odd schema".half_dropped'::regclass`,
    );
    const invalid = ['Own "index" INVALID', 'half_dropped INVALID', 'sound', 'sound_ccnew INVALID'];
    expect(await indexes()).toEqual(invalid);
    const plan = await planJob(database.url, repair);
    expect(plan.map(({ action, target }) => `${action} ${target}`)).toEqual([
      'rebuild index Odd schema.Own "index"',
      'drop index Odd schema.half_dropped',
      'drop index Odd schema.sound_ccnew',
    ]);
    expect(await indexes()).toEqual(invalid);
    expect(await runJob(database.url, repair)).toMatchObject({ rows: 3 });
    expect(await indexes()).toEqual(['Own "index"', 'sound']);
    expect((await runJob(database.url, repair)).summary).toBe('no index is invalid');
  });

  it('leaves one that is being built alone', async () => {
    const client = await connect(database.url);
    const build = () => client.query('CREATE INDEX CONCURRENTLY "Own ""index""" ON "Odd schema"."Items" (a)');
    const outcome = await whileWaiting(build, async () => {
      expect(await planJob(database.url, repair)).toEqual([]);
      const report = await runJob(database.url, repair);
      expect(report.summary).toBe(
        '0 of 1 invalid indexes repaired or removed; 1 being built or dropped at this moment',
      );
    });
    expect(outcome).toBe('done');
    await client.end();
    expect(await indexes()).toEqual(['Own "index"']);
  });

  it('says which unique index cannot be, leaves no half of it, and repairs the others', async () => {
    await expect(
      database.query('CREATE UNIQUE INDEX CONCURRENTLY doubled ON "Odd schema"."Items" (b)'),
    ).rejects.toThrow('could not create unique index');
    await leave('CREATE INDEX CONCURRENTLY later ON "Odd schema"."Items" (a)');
    expect(await failure(repair)).toMatchObject({
      code: 'index_not_repaired',
      message: expect.stringMatching(
        /^1 of 2 .*Odd schema\.doubled is unique, and rows of Items have equal keys/,
      ) as string,
    });
    expect(await indexes()).toEqual(['doubled INVALID', 'later']);
  });

  it('killed in a rebuild, the next run leaves nothing invalid', async () => {
    await leave('CREATE INDEX CONCURRENTLY "Own ""index""" ON "Odd schema"."Items" (a)');
    await whileWaiting(() => failure(repair));
    expect(await indexes()).toEqual(['Own "index" INVALID', 'Own "index"_ccnew INVALID']);
    await runJob(database.url, repair);
    expect(await indexes()).toEqual(['Own "index"']);
  });
});

describe('rebuild-bloated', () => {
  const all = { min_ratio: 0, min_bytes: 0 };

  beforeEach(async () => {
    await create();
    await database.query('VACUUM (ANALYZE) "Odd schema"."Items"');
  });

  it('lets writers go on, and the index has what they wrote', async () => {
    const outcome = await whileWaiting(
      () => runJob(database.url, rebuild, all),
      async () => {
        expect(await indexes()).toEqual(['Own "index"', 'Own "index"_ccnew INVALID']);
        await database.query(
          `SET lock_timeout = 500; INSERT INTO "Odd schema"."Items" VALUES (-1, 5, 'during')`,
        );
        await database.query(`SET lock_timeout = 500; UPDATE "Odd schema"."Items" SET a = -2 WHERE c = 'c4'`);
      },
    );
    expect(outcome).toBe('done');
    const client = await connect(database.url);
    await client.query('SET enable_seqscan = off');
    const { rows } = await client.query(
      'SELECT a FROM "Odd schema"."Items" WHERE b > 3 AND a < 0 ORDER BY a DESC',
    );
    await client.end();
    expect(rows).toEqual([{ a: -1 }, { a: -2 }]);
  });

  it('killed, the next run leaves nothing invalid', async () => {
    await whileWaiting(() => failure(rebuild, all));
    expect(await indexes()).toEqual(['Own "index"', 'Own "index"_ccnew INVALID']);
    await runJob(database.url, rebuild, all);
    expect(await indexes()).toEqual(['Own "index"']);
    expect(await definitionOf()).toBe(definition);
  });

  it('gives up when an older transaction does not end, and leaves nothing invalid', async () => {
    await withOldSnapshot(database.url, async () => {
      expect(await failure(rebuild, { ...all, wait_ms: 200 })).toMatchObject({ code: 'lock_timeout' });
    });
    expect(await indexes()).toEqual(['Own "index"']);
  });
});

describe('drop-index and restore-index', () => {
  beforeEach(create);

  it('one drops it with its definition on record, the other builds the same', async () => {
    expect((await planJob(database.url, drop, own))[0]?.sql).toMatch(
      /^DROP .*INDEX CONCURRENTLY "Odd schema"\."Own ""index"""$/,
    );
    const dropped = await runJob(database.url, drop, own);
    expect(dropped).toMatchObject({ rows: 1, details: { definition } });
    expect(await indexes()).toEqual([]);
    expect((await runJob(database.url, drop, own)).summary).toContain('was dropped before');
    expect((await planJob(database.url, restore, own))[0]?.sql).toContain('INDEX CONCURRENTLY');
    expect(await runJob(database.url, restore, own)).toMatchObject({ rows: 1, details: { definition } });
    expect(await definitionOf()).toBe(definition);
    expect((await runJob(database.url, restore, own)).summary).toContain('is there');
  });

  it('a drop that was killed is finished by the next one', async () => {
    await whileWaiting(() => failure(drop, own));
    expect(await indexes()).toEqual(['Own "index" INVALID']);
    await runJob(database.url, drop, own);
    expect(await indexes()).toEqual([]);
    await runJob(database.url, restore, own);
    expect(await definitionOf()).toBe(definition);
  });

  it('a drop that was killed and not run again is finished by repair-indexes', async () => {
    await whileWaiting(() => failure(drop, own));
    await runJob(database.url, repair);
    expect(await indexes()).toEqual([]);
  });

  it('a restore that was killed is finished by the next one', async () => {
    await runJob(database.url, drop, own);
    await whileWaiting(() => failure(restore, own));
    expect(await indexes()).toEqual(['Own "index" INVALID']);
    await runJob(database.url, restore, own);
    expect(await indexes()).toEqual(['Own "index"']);
    expect(await definitionOf()).toBe(definition);
  });

  it('a restore gives up when an older transaction does not end, and leaves nothing invalid', async () => {
    await runJob(database.url, drop, own);
    await withOldSnapshot(database.url, async () => {
      expect(await failure(restore, { ...own, wait_ms: 200 })).toMatchObject({ code: 'lock_timeout' });
    });
    expect(await indexes()).toEqual([]);
  });

  it.each([
    ['a primary key', { index: 'delivery_attempts_pkey' }, 'index_is_needed'],
    ['a unique one', { index: 'idx_applications_api_key' }, 'index_is_needed'],
    ['one that reads are planned with', { index: 'idx_delivery_attempts_endpoint_event' }, 'index_is_needed'],
    ['the only one for a foreign key', { index: 'statistics_rebuilds_user_id_idx' }, 'index_is_needed'],
    ['what is not there', { index: 'x"; DROP TABLE users; --' }, 'index_not_found'],
  ])('%s is not dropped', async (_, parameters, code) => {
    expect(await failure(drop, parameters)).toMatchObject({ code });
    await expect(planJob(database.url, drop, parameters)).rejects.toMatchObject({ code });
  });

  it('what nobody has dropped is not restored, nor where the name means something else', async () => {
    expect(await failure(restore, odd('never'))).toMatchObject({ code: 'index_not_recorded' });
    await runJob(database.url, drop, own);
    await database.query('CREATE VIEW "Odd schema"."Own ""index""" AS SELECT 1');
    expect(await failure(restore, own)).toMatchObject({ code: 'name_is_taken' });
    await database.query('DROP VIEW "Odd schema"."Own ""index"""');
  });
});
