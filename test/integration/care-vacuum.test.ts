import { AnalyzePartitionedJob } from '../../src/modules/maintenance/vacuum/analyze-partitioned.job.js';
import { CareRepository } from '../../src/modules/maintenance/vacuum/care.repository.js';
import { FreezeJob } from '../../src/modules/maintenance/vacuum/freeze.job.js';
import { VacuumJob } from '../../src/modules/maintenance/vacuum/vacuum.job.js';
import { sql } from '../../src/kernel/database/sql.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../../src/kernel/tasks/job.js';
import { planJob, runJob, withJobContext } from '../support/job-context.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let session: OwnSession;

const run = (text: string) => session.run(text);
/** Some of what a session has counted it keeps to itself for a second; PostgreSQL 14 sends it on to another process. */
async function counted(): Promise<void> {
  if (await isAtLeast15()) return void (await run('SELECT pg_stat_force_next_flush()'));
  await sleep(700);
  await run('SELECT 1');
  await sleep(700);
}
const isAtLeast15 = async () =>
  Number((await run('SHOW server_version_num'))[0]?.['server_version_num']) >= 150_000;
const plan = async (job: Job, url = database.url) => {
  await counted();
  return planJob(url, job);
};
const perform = async (job: Job, url = database.url) => {
  await counted();
  return runJob(url, job);
};
/** Autovacuum stays away; its settings decide all the same. */
const table = (name: string, rows: number, options = '') =>
  run(
    `CREATE TABLE ${name} WITH (autovacuum_enabled = false ${options}) AS
      SELECT n, repeat('x', 500) AS filler FROM generate_series(1, ${rows}) n`,
  );
const targets = (steps: readonly { action: string; target: string }[]) =>
  steps.map(({ action, target }) => `${action} ${target}`);
const counters = async (name: string) => {
  await counted();
  const [row] = await database.query(
    `SELECT vacuum_count::int AS vacuums, analyze_count::int AS analyzes, n_dead_tup::int AS dead,
              (SELECT relallvisible = relpages FROM pg_class c WHERE c.oid = s.relid) AS "isVisible"
         FROM pg_stat_user_tables s WHERE relid = $1::regclass`,
    [name],
  );
  return row;
};

beforeEach(async () => {
  database = await createEmptyDatabase();
  session = await openSession(database.url);
});
afterEach(async () => {
  await session.close();
  await database.drop();
});

async function withRole(use: (url: string, role: string) => Promise<void>): Promise<void> {
  const role = `care_vacuum_${process.pid}`;
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'care'`);
  const url = new URL(database.url);
  url.username = role;
  url.password = 'care';
  try {
    await use(url.href, role);
  } finally {
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
  }
}

describe('vacuum', () => {
  const job = new VacuumJob();
  const odd = `public."Odd ""name"""`;

  it('takes the tables that are worth it, the most needy first, at a pace, and says what it did', async () => {
    await table('calm', 4000);
    await table(odd, 4000);
    await table('inserted', 4000);
    await run(`CREATE TABLE changed WITH (autovacuum_enabled = false, autovacuum_vacuum_scale_factor = 10) AS
      SELECT n FROM generate_series(1, 4000) n`);
    await counted();
    await run(`VACUUM (ANALYZE)`);
    await run('UPDATE calm SET n = n WHERE n <= 150');
    await run(`UPDATE ${odd} SET n = n WHERE n % 2 = 0`);
    await run(`INSERT INTO inserted SELECT n, repeat('x', 500) FROM generate_series(1, 1500) n`);
    await run('UPDATE changed SET n = n WHERE n <= 300');
    const expected = [`vacuum and analyze ${odd}`, 'vacuum and analyze inserted', 'analyze changed'].map(
      (text) => text.replace(/ (\w+)$/, ' public.$1'),
    );
    const before = await counters('inserted');
    const steps = await plan(job);
    expect(targets(steps)).toEqual(expected);
    expect(steps[0]?.reason).toContain('2000 dead rows, 235 % of what autovacuum waits for');
    expect(steps[0]?.sql).toContain('(ANALYZE, PARALLEL 0, TRUNCATE FALSE) "public"."Odd ""name"""');
    expect(await counters('inserted')).toEqual(before);

    const paces: unknown[] = [];
    const report = await withJobContext(database.url, async (context) => {
      const pace = () => context.query(sql('test.pace')`SHOW vacuum_cost_delay`);
      const command: typeof context.command = async (...given) => {
        paces.push(...(await pace()));
        await context.command(...given);
      };
      const done = await job.run({ ...context, command });
      expect(await pace()).toEqual([{ vacuum_cost_delay: '0' }]);
      return done;
    });
    expect(paces).toEqual(Array(3).fill({ vacuum_cost_delay: '2ms' }));
    expect(targets(report.steps)).toEqual(expected);
    expect(report).toMatchObject({ rows: 3, summary: 'Vacuumed or analyzed 3 tables.' });
    expect(await counters(odd)).toMatchObject({ vacuums: 2, analyzes: 2, dead: 0, isVisible: true });
    expect(await counters('changed')).toMatchObject({ vacuums: 1, analyzes: 2 });
    expect(await counters('calm')).toMatchObject({ vacuums: 1, analyzes: 1 });
    expect(await perform(job)).toMatchObject({ rows: 0, summary: 'No table needs it.' });
  });

  it('comes for dead rows in a TOAST table', async () => {
    await table('toasted', 10);
    await run('ALTER TABLE toasted ALTER filler SET STORAGE EXTERNAL');
    await run(`UPDATE toasted SET filler = repeat('y', 200000)`);
    await counted();
    await run('VACUUM (ANALYZE) toasted');
    await run(`UPDATE toasted SET filler = repeat('z', 200000) WHERE n < 3`);
    expect(await plan(job)).toMatchObject([
      { target: 'public.toasted', reason: expect.stringContaining('in its TOAST table') },
    ]);
    await perform(job);
    expect(await plan(job)).toEqual([]);
  });

  it('says who keeps dead rows from being removed', async () => {
    await table('held', 1000);
    const holder = await openSession(database.url);
    await holder.run('BEGIN ISOLATION LEVEL REPEATABLE READ');
    const [{ pid } = {}] = await holder.run<{ pid: number }>(
      'SELECT pg_backend_pid() AS pid, pg_current_xact_id()',
    );
    await run('UPDATE held SET n = n');
    const { summary } = await perform(job);
    expect(summary).toMatch(
      new RegExp(
        `1000 dead rows of public.held stay, held back by session ${pid} \\(.*\\), \\d+ transactions back, for \\d+ s`,
      ),
    );
    await holder.close();
    expect((await perform(job)).summary).toBe('Vacuumed or analyzed 1 table.');
  });

  it('leaves a locked table for the next run, and goes on with the others', async () => {
    await table('locked', 1000);
    await table('other', 1000);
    const holder = await openSession(database.url);
    await holder.run('BEGIN');
    await holder.run('LOCK TABLE locked IN SHARE UPDATE EXCLUSIVE MODE');
    const { steps, summary } = await perform(job);
    await holder.close();
    expect(targets(steps)).toEqual(['vacuum and analyze public.other']);
    expect(summary).toContain('public.locked is locked by another operation');
  });

  it('leaves what is of another role, and notices when PostgreSQL does nothing', async () => {
    await table('foreign_table', 1000);
    await withRole(async (url, role) => {
      expect(targets(await plan(job, url))).toEqual(['leave public.foreign_table']);
      const { rows, summary } = await perform(job, url);
      expect(rows).toBe(0);
      expect(summary).toMatch(
        /^No table needs it\. public.foreign_table needs it too, but belongs to \w+: run as/,
      );
      await withJobContext(url, async (context) => {
        const repository = new CareRepository(context);
        const [found] = (await repository.tables()).filter(({ name }) => name === 'foreign_table');
        expect(found && (await repository.vacuum(found, {}))).toBe('skipped');
      });
      await database.query(`ALTER TABLE foreign_table OWNER TO ${role}`);
      expect(await perform(job, url)).toMatchObject({ rows: 1 });
    });
  });
});

describe('analyze-partitioned', () => {
  const job = new AnalyzePartitionedJob();

  it('analyzes a partitioned table when its partitions have changed', async () => {
    await run('CREATE TABLE parts (n int, day date) PARTITION BY RANGE (day)');
    for (const month of ['01', '02'])
      await run(
        `CREATE TABLE parts_${month} PARTITION OF parts FOR VALUES FROM ('2026-${month}-01') TO ('2026-${month}-28')
           WITH (autovacuum_enabled = false)`,
      );
    expect(await plan(job)).toEqual([]);
    await run(`INSERT INTO parts SELECT n, '2026-01-02' FROM generate_series(1, 1000) n`);
    expect(await plan(job)).toMatchObject([
      { action: 'analyze', target: 'public.parts', reason: '2 partitions, and never analyzed as a whole' },
    ]);
    expect(await counters('parts')).toMatchObject({ analyzes: 0 });
    expect(await perform(job)).toMatchObject({ rows: 1, summary: 'Analyzed 1 table.' });
    expect(await counters('parts')).toMatchObject({ analyzes: 1 });
    await run('ANALYZE parts');
    expect(await perform(job)).toMatchObject({ rows: 0 });
    await run(`UPDATE parts SET n = n WHERE n <= 100`);
    expect((await perform(job)).steps[0]?.reason).toBe('100 of 1000 rows have changed since');
  });
});

describe('freeze', () => {
  const job = new FreezeJob();
  /** Rolled back, they take no locks along. */
  const consume = (ids: number) =>
    run(`DO $$ BEGIN FOR i IN 1..${ids} LOOP
      BEGIN PERFORM FROM young WHERE n = 1 FOR UPDATE; RAISE EXCEPTION 'consumed'; EXCEPTION WHEN raise_exception THEN NULL; END;
    END LOOP; END $$`);
  const age = async (name: string) =>
    (
      await database.query(`SELECT age(relfrozenxid) AS n FROM pg_class WHERE oid = $1::regclass`, [name])
    )[0]?.['n'] as number;

  it('freezes what is half way to a wraparound autovacuum, the oldest first, and nothing else', async () => {
    await table('young', 10);
    await table('older', 10, ', autovacuum_freeze_max_age = 100000');
    await table(
      'oldest',
      10,
      ', autovacuum_freeze_max_age = 100000, autovacuum_multixact_freeze_max_age = 10000',
    );
    await run('VACUUM (FREEZE) young, older, oldest');
    expect(await plan(job)).toEqual([]);
    await database.query('SELECT pg_current_xact_id()');
    await run('VACUUM (FREEZE) older');
    await consume(52_000);
    const steps = await plan(job);
    expect(targets(steps)).toEqual(['freeze public.oldest', 'freeze public.older']);
    expect(steps[0]?.reason).toMatch(/^52\d{3} transactions old, 52 % of autovacuum_freeze_max_age$/);
    expect(steps[0]?.sql).toContain('FREEZE');
    expect(await age('oldest')).toBeGreaterThan(52_000);

    const holder = await openSession(database.url);
    await holder.run('BEGIN');
    await holder.run('SELECT pg_current_xact_id()');
    await consume(52_000);
    expect((await perform(job)).summary).toMatch(
      /public.oldest is frozen, and still 52\d{3} transactions old.*held back by session \d+/,
    );
    await holder.close();
    expect(await perform(job)).toMatchObject({ rows: 2, summary: 'Froze 2 tables.' });
    expect(await age('older')).toBeLessThan(100);
    expect(await age('young')).toBeGreaterThan(100_000);
    expect(await perform(job)).toMatchObject({ rows: 0, summary: 'No table is old enough.' });
  });
});
