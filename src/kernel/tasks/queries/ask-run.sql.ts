import { sql } from '../../database/sql.js';

export interface AskedRunRow {
  /** null: there is one already. */
  runId: string | null;
  openRunId: string | null;
}

interface AskedRun {
  job: string;
  parameters: unknown;
  isDryRun: boolean;
  isForced: boolean;
  askedBy: string | null;
  reason: string | null;
}

/** A run by hand, unless one of the job is queued or running. */
export const askRun = (p: AskedRun) => sql<AskedRunRow>('tasks.ask-run')`
  WITH open AS (
    SELECT r.id FROM ethhook_admin_job_runs r
     WHERE r.job = ${p.job} AND r.state IN ('queued', 'running') ORDER BY r.id LIMIT 1
  ),
  asked AS (
    INSERT INTO ethhook_admin_job_runs (job, parameters, is_dry_run, is_forced, asked_by, reason)
    SELECT ${p.job}, ${JSON.stringify(p.parameters)}::jsonb, ${p.isDryRun}, ${p.isForced},
           coalesce(${p.askedBy}::text, 'unknown'), ${p.reason}
     WHERE NOT EXISTS (SELECT FROM open)
    RETURNING id
  )
  SELECT (SELECT asked.id FROM asked) AS "runId", (SELECT open.id FROM open) AS "openRunId"`;
