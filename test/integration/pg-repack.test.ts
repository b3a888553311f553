import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { RebuildBloatedJob } from '../../src/modules/maintenance/bloat/rebuild-bloated.job.js';
import { planJob, runJob, withJobContext } from '../support/job-context.js';
import { openSession } from '../support/own-session.js';
import { until } from '../support/own-migration.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

/**
 * The client program of pg_repack, of the version that the server has: TEST_DATABASE_URL is a server with the extension.
 * `.ci/debian-postgresql` has both; elsewhere there are no tests of it.
 */
const program = process.env.TEST_PG_REPACK;
const bound = { table_min_ratio: 0.3, table_min_bytes: 1024 * 1024, min_bytes: 1e12 };

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
  await database.query(`
    CREATE SCHEMA "Odd schema";
    CREATE TABLE "Odd schema"."Odd" (id int PRIMARY KEY, note text)`);
});
afterEach(() => database.drop());

async function fill(rows: number): Promise<void> {
  await database.query(
    `INSERT INTO "Odd schema"."Odd" SELECT i, repeat('x', 100) FROM generate_series(1, ${rows}) i`,
  );
  await database.query('DELETE FROM "Odd schema"."Odd" WHERE id % 2 > 0');
  await database.query('VACUUM (ANALYZE) "Odd schema"."Odd"');
}
const job = () => new RebuildBloatedJob({ program, databaseUrl: database.url });

const fileOf = () => database.query(`SELECT pg_relation_filenode('"Odd schema"."Odd"') AS file`);

/** What pg_repack makes beside the table. */
const remnants = async () => {
  const [row] = await database.query<{ count: string }>(
    `SELECT (SELECT count(*) FROM pg_trigger WHERE tgname = 'repack_trigger')
          + (SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('repack') AND relkind = 'r') AS count`,
  );
  return Number(row?.count);
};

it('a bloated table is left, with the reason, where pg_repack is not', async () => {
  await fill(30_000);
  const report = await runJob(database.url, job(), bound);
  expect(report.summary).toMatch(
    /Odd schema\.Odd wastes \d+ bytes and was left: the extension pg_repack is not installed/,
  );
});

if (program !== undefined)
  describe('where pg_repack may be run', () => {
    beforeEach(() => database.query('CREATE EXTENSION pg_repack'));

    it('gives back what it says, while others read and write', async () => {
      await fill(200_000);
      const plan = await planJob(database.url, job(), bound);
      expect(plan.map(({ action, target }) => `${action} ${target}`)).toEqual([
        'repack table Odd schema.Odd',
      ]);
      let written = 0;
      let isDone = false;
      const writing = (async () => {
        while (!isDone) await database.query('INSERT INTO "Odd schema"."Odd" VALUES ($1)', [-++written]);
      })();
      const report = await runJob(database.url, job(), bound);
      isDone = true;
      await writing;
      const [done] = report.details?.['repacked'] as Record<string, number>[];
      const given = done!.bytes_before! - done!.bytes_after!;
      expect(Math.abs(given - done!.bytes_promised!) / done!.bytes_before!).toBeLessThan(0.1);
      const [found] = await database.query(`SELECT count(*)::int FROM "Odd schema"."Odd"`);
      expect(found).toEqual({ count: 100_000 + written });
      expect(await remnants()).toBe(0);
    });

    it.each(['aborted', 'the run is lost'])('%s: it is interrupted and leaves nothing', async (how) => {
      await fill(1_000_000);
      const file = await fileOf();
      const controller = new AbortController();
      const reader = await openSession(database.url);
      const running = withJobContext(
        database.url,
        async (context, session) => {
          const outcome = job().run(context, job().parameters.parse(bound));
          await until(async () => (await remnants()) > 1);
          // It cannot take the table's place while somebody reads it.
          await reader.run('BEGIN');
          await reader.run('LOCK TABLE "Odd schema"."Odd" IN ACCESS SHARE MODE');
          if (how === 'aborted') controller.abort();
          else session.destroy();
          return outcome;
        },
        controller.signal,
      );
      await expect(running).rejects.toThrow();
      await reader.close();
      expect(await remnants()).toBe(0);
      expect(await fileOf()).toEqual(file);
    });

    it('killed, the next run cleans up', async () => {
      await fill(1_000_000);
      const again = runJob(database.url, job(), bound).catch(() => 'failed');
      await until(async () => (await remnants()) > 1);
      const { stdout } = await promisify(execFile)('pgrep', ['-P', String(process.pid), 'pg_repack']);
      process.kill(Number(stdout), 'SIGKILL');
      expect(await again).toBe('failed');
      expect(await remnants()).toBeGreaterThan(0);
      await until(async () => {
        const rows = await database.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pg_repack'`,
        );
        return rows.length === 0;
      });
      await sleep(100);
      expect((await planJob(database.url, job(), bound)).map(({ action }) => action)).toEqual([
        'clean up after pg_repack',
        'repack table',
      ]);
      await runJob(database.url, job(), bound);
      expect(await remnants()).toBe(0);
    });
  });
