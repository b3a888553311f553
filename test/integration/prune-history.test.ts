import { PruneHistoryJob } from '../../src/modules/maintenance/history/prune-history.job.js';
import { planJob, runJob } from '../support/job-context.js';
import { openSession } from '../support/own-session.js';
import { createSmallWorld, ids } from '../support/small-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
const job = new PruneHistoryJob();
const count = async (from: string) =>
  (await database.query(`SELECT count(*)::int AS n FROM ${from}`))[0]?.['n'];

beforeEach(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  await database.query(`CREATE TABLE IF NOT EXISTS ethhook_admin_job_runs
    (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job text, state text, finished_at timestamptz)`);
});
afterEach(() => database.drop());

const addRuns = (job: string, state: string, days: string) =>
  database.query(
    `INSERT INTO ethhook_admin_job_runs (job, state, finished_at)
     SELECT $1, $2, now() - d * INTERVAL '1 day' FROM unnest($3::int[]) WITH ORDINALITY u (d, place) ORDER BY place`,
    [job, state, days],
  );

it('removes old runs in batches, but neither the last of each job and state nor what is not over', async () => {
  await addRuns('often', 'succeeded', '{200,150,91,89,1}');
  await addRuns('seldom', 'failed', '{500,400}');
  await addRuns('seldom', 'succeeded', '{450}');
  await addRuns('now', 'running', '{NULL}');
  await addRuns('now', 'queued', '{NULL}');
  await database.query(
    `INSERT INTO ethhook_admin_job_runs (job, state, finished_at)
     SELECT 'many', 'succeeded', now() - n * INTERVAL '1 minute' - INTERVAL '91 days' FROM generate_series(5000, 0, -1) n`,
  );
  const before = await count('ethhook_admin_job_runs');
  expect(await planJob(database.url, job)).toMatchObject([
    {
      action: 'prune',
      target: 'public.ethhook_admin_job_runs',
      reason: '5004 rows are older than 90 days',
    },
  ]);
  expect(await count('ethhook_admin_job_runs')).toBe(before);
  expect(await runJob(database.url, job)).toMatchObject({ rows: 5004, summary: 'Removed 5004 rows.' });
  expect(
    await database.query(
      `SELECT job, state, extract(day FROM now() - finished_at)::int AS days FROM ethhook_admin_job_runs ORDER BY 1, 2, 3`,
    ),
  ).toEqual([
    { job: 'many', state: 'succeeded', days: 91 },
    { job: 'now', state: 'queued', days: null },
    { job: 'now', state: 'running', days: null },
    { job: 'often', state: 'succeeded', days: 1 },
    { job: 'often', state: 'succeeded', days: 89 },
    { job: 'seldom', state: 'failed', days: 400 },
    { job: 'seldom', state: 'succeeded', days: 450 },
  ]);
});

it('prunes the other histories by their own time, beside somebody who holds a row', async () => {
  for (const age of ['400 days', '300 days'])
    await database.query(
      `INSERT INTO statistics_audits (user_id, day, audited_at, rows, drifted) VALUES ($1, now(), now() - $2::interval, 1, 0)`,
      [ids.alice, age],
    );
  await database.query(
    `INSERT INTO deletions (user_id, resource_type, resource_id, name, attempts_total, requested_at, finished_at)
     SELECT $1, 'endpoint', gen_random_uuid(), 'E', 0, now() - INTERVAL '1 year', now() - d * INTERVAL '1 day'
       FROM unnest('{100,80,NULL}'::int[]) d`,
    [ids.alice],
  );
  await database.query(
    `INSERT INTO ethhook_admin_shadow_differences (read, parameters, seen_at)
     SELECT 'r', '{}', now() - d * INTERVAL '1 day' FROM unnest('{100,101,80}'::int[]) d`,
  );
  const holder = await openSession(database.url);
  await holder.run('BEGIN');
  await holder.run(
    `SELECT FROM ethhook_admin_shadow_differences WHERE seen_at < now() - INTERVAL '100 days 12 hours' FOR UPDATE`,
  );
  expect(await runJob(database.url, job)).toMatchObject({ rows: 3 });
  await holder.close();
  expect(await runJob(database.url, job)).toMatchObject({ rows: 1 });
  expect(await count('statistics_audits')).toBe(1);
  expect(await count('deletions WHERE finished_at IS NULL')).toBe(1);
  expect(await count('deletions')).toBe(2);
  expect(await count('ethhook_admin_shadow_differences')).toBe(1);
});

it('prunes figures, which have no id, and findings with their openings; not those that are open', async () => {
  await database.query(
    `INSERT INTO ethhook_admin_samples (series, object, at, value)
     SELECT 's', '', now() - d * INTERVAL '1 day', 1 FROM unnest('{100,91,80}'::int[]) d`,
  );
  await database.query(
    `WITH f AS (
       INSERT INTO ethhook_admin_findings
              (check_name, object, severity, title, evidence, why, advice, opened_at, last_seen_at, resolved_at, seen_limits)
       SELECT 'c', o, 'info', '', '{}', '', '', now() - INTERVAL '2 years', now(), CASE o WHEN 'over' THEN now() - INTERVAL '1 year 1 day' END, '{}'
         FROM unnest('{over,open}'::text[]) o RETURNING *)
     INSERT INTO ethhook_admin_finding_openings (finding_id, opened_at, last_seen_at, resolved_at, severity, title, evidence)
     SELECT id, opened_at, last_seen_at, resolved_at, severity, title, evidence FROM f`,
  );
  expect(await runJob(database.url, job)).toMatchObject({ rows: 4 });
  expect(await count('ethhook_admin_samples')).toBe(1);
  expect(await count(`ethhook_admin_findings WHERE object = 'open'`)).toBe(1);
  expect(await count('ethhook_admin_findings')).toBe(1);
  expect(await count('ethhook_admin_finding_openings')).toBe(1);
});

it('does without tables that are not there', async () => {
  await database.query('DROP TABLE ethhook_admin_job_runs, statistics_audits');
  expect(await runJob(database.url, job)).toMatchObject({ rows: 0, summary: 'Removed 0 rows.' });
});
