import { setTimeout as sleep } from 'node:timers/promises';
import { RevertAutovacuumJob } from '../../src/modules/maintenance/autovacuum/revert-autovacuum.job.js';
import { TuneAutovacuumJob } from '../../src/modules/maintenance/autovacuum/tune-autovacuum.job.js';
import { planJob, runJob } from '../support/job-context.js';
import { openSession } from '../support/own-session.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const tune = new TuneAutovacuumJob();
const revert = new RevertAutovacuumJob();
const plan = {
  autovacuum_vacuum_scale_factor: '0.05',
  autovacuum_vacuum_insert_scale_factor: '0.02',
  autovacuum_analyze_scale_factor: '0.02',
};

let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase();
  await setRows('public.events', 4_700_000);
  await setRows('public.delivery_attempts', 5_600_000);
});
afterEach(() => db.drop());

// The estimate that everything is decided by; the rows themselves would take minutes.
async function setRows(table: string, rows: number): Promise<void> {
  await db.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  await db.query(`UPDATE pg_class SET reltuples = $2 WHERE oid = $1::regclass`, [table, rows]);
}
async function options(table: string): Promise<Record<string, string>> {
  const [row] = await db.query<{ options: Record<string, string> }>(
    `SELECT (SELECT coalesce(jsonb_object_agg(o.option_name, o.option_value), '{}')
       FROM pg_options_to_table(c.reloptions) o WHERE o.option_name <> 'autovacuum_enabled') AS options
       FROM pg_class c WHERE c.oid = $1::regclass`,
    [table],
  );
  return row?.options ?? {};
}
const all = async () =>
  db.query(`SELECT c.oid::regclass::text AS name, c.reloptions FROM pg_class c
             WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1`);

it("gives the two large tables the plan's settings, touches no other, and takes them back", async () => {
  const before = await all();
  const dryRun = await planJob(db.url, tune);
  expect(await all()).toEqual(before);
  const { rows, steps, summary } = await runJob(db.url, tune);
  expect([rows, summary]).toEqual([6, '6 settings of 2 tables']);
  expect(steps).toEqual(dryRun);
  expect(steps.map(({ sql }) => sql)).toContain(
    'ALTER TABLE public.events SET (autovacuum_vacuum_scale_factor = 0.05, ' +
      'autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)',
  );
  expect([await options('events'), await options('delivery_attempts')]).toEqual([plan, plan]);
  expect((await runJob(db.url, tune)).rows).toBe(0);

  for (const table of ['public.events', 'delivery_attempts'])
    expect((await runJob(db.url, revert, { table })).rows).toBe(3);
  expect(await all()).toEqual(before);
  // Who has taken it back does not find it there again tomorrow.
  expect((await runJob(db.url, tune)).rows).toBe(0);
  expect((await runJob(db.url, tune, { table: 'events' })).rows).toBe(3);
  expect(await options('events')).toEqual(plan);
});

it('leaves alone what an operator has set, changed or taken back', async () => {
  await db.query('ALTER TABLE events SET (autovacuum_vacuum_scale_factor = 0.3, fillfactor = 95)');
  await runJob(db.url, tune);
  expect(await options('events')).toEqual({
    ...plan,
    autovacuum_vacuum_scale_factor: '0.3',
    fillfactor: '95',
  });
  await db.query(`ALTER TABLE events SET (autovacuum_analyze_scale_factor = 0.5);
                  ALTER TABLE events RESET (autovacuum_vacuum_insert_scale_factor)`);
  const theirs = {
    autovacuum_vacuum_scale_factor: '0.3',
    fillfactor: '95',
    autovacuum_analyze_scale_factor: '0.5',
  };
  expect((await runJob(db.url, tune)).rows).toBe(0);
  expect(await options('events')).toEqual(theirs);
  const { rows, summary } = await runJob(db.url, revert, { table: 'events' });
  expect(rows).toBe(0);
  expect(summary).toMatch(/autovacuum_analyze_scale_factor.* changed by somebody else since and stays/);
  expect(await options('events')).toEqual(theirs);
});

it('follows a table that grows, with a trigger that stays bounded', async () => {
  await runJob(db.url, tune, { table: 'events' });
  await setRows('events', 5_000_000);
  expect((await runJob(db.url, tune, { table: 'events' })).rows).toBe(0);
  await setRows('events', 200_000_000);
  await runJob(db.url, tune, { table: 'events' });
  const grown = await options('events');
  expect(Number(grown['autovacuum_vacuum_scale_factor']) * 2e8).toBe(500_000);
  expect(Number(grown['autovacuum_vacuum_insert_scale_factor']) * 2e8).toBeLessThanOrEqual(260_000);
  // Back to what was there before the first change, not before the last.
  await runJob(db.url, revert, { table: 'events' });
  expect(await options('events')).toEqual({});
  const records = await db.query(
    `SELECT value_before, value_after, reverted_at IS NULL AS open FROM ethhook_admin_setting_changes
      WHERE setting = 'autovacuum_vacuum_scale_factor' AND target = 'public.events' ORDER BY id`,
  );
  expect(records).toEqual([
    { value_before: null, value_after: '0.05', open: false },
    { value_before: '0.05', value_after: '0.0025', open: false },
  ]);
});

it('waits briefly for a lock, tries again, and leaves no half state when it does not get it', async () => {
  const holder = await openSession(db.url);
  try {
    await holder.run('BEGIN; LOCK TABLE events IN SHARE UPDATE EXCLUSIVE MODE');
    await expect(runJob(db.url, tune, { table: 'events' })).rejects.toMatchObject({ code: 'lock_timeout' });
    expect(await db.query('SELECT FROM ethhook_admin_setting_changes')).toHaveLength(0);
    const running = runJob(db.url, tune);
    await sleep(700);
    await holder.run('ROLLBACK');
    expect((await running).rows).toBe(6);
  } finally {
    await holder.close();
  }
});

it('decides under the lock: what an operator sets meanwhile stays', async () => {
  const operator = await openSession(db.url);
  try {
    await operator.run('BEGIN; ALTER TABLE events SET (autovacuum_vacuum_scale_factor = 0.3)');
    const running = runJob(db.url, tune, { table: 'events' });
    await sleep(300);
    await operator.run('COMMIT');
    expect((await running).rows).toBe(2);
  } finally {
    await operator.close();
  }
  expect(await options('events')).toMatchObject({ autovacuum_vacuum_scale_factor: '0.3' });
});

it("tells a role that does not own a table the owner's statement", async () => {
  const role = `tuner_${process.pid}`;
  await db.query(`CREATE ROLE ${role} LOGIN PASSWORD 'tuner'`);
  try {
    await db.query(`GRANT SELECT, INSERT, UPDATE ON ethhook_admin_setting_changes TO ${role};
      CREATE SCHEMA "Odd ""Name"; CREATE TABLE "Odd ""Name"."My Table" (id int);
      ALTER SCHEMA "Odd ""Name" OWNER TO ${role}; ALTER TABLE "Odd ""Name"."My Table" OWNER TO ${role}`);
    await setRows('"Odd ""Name"."My Table"', 1_000_000);
    const url = new URL(db.url);
    [url.username, url.password] = [role, 'tuner'];
    expect(await runJob(url.href, tune)).toMatchObject({
      rows: 3,
      steps: [{ target: '"Odd ""Name"."My Table"' }],
    });
    expect(await options('events')).toEqual({});
    await expect(runJob(url.href, tune, { table: 'events' })).rejects.toMatchObject({
      code: 'not_table_owner',
      message: expect.stringMatching(
        /^Only \w+, who owns the table, may change it: ALTER TABLE public.events SET/,
      ),
    });
    await expect(runJob(url.href, tune, { table: 'x"; DROP' })).rejects.toMatchObject({
      code: 'table_not_found',
    });
  } finally {
    await db.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`);
  }
});
