import { sql } from '../../database/sql.js';

export interface ClaimedRunRow {
  id: string;
  job: string;
  /** Of this attempt alone. */
  fence: string;
  attempt: number;
  scheduledFor: string | null;
  parameters: unknown;
  isDryRun: boolean;
  isForced: boolean;
}

interface Claim {
  /** Of which runs are taken. */
  jobs: readonly string[];
  /** Of these one at a time in the whole cluster. */
  heavyJobs: readonly string[];
  /** false: runs by hand only. */
  scheduled: boolean;
  /** This one and no other; null: any. */
  runId: string | null;
  instance: string;
  leaseMs: number;
}

/** The queued run that is due first; its job has no other that is running. */
export const claimRun = ({ jobs, heavyJobs, scheduled, runId, instance, leaseMs }: Claim) =>
  sql<ClaimedRunRow>('tasks.claim-run')`
  UPDATE ethhook_admin_job_runs r
     SET state = 'running', attempt = r.attempt + 1, fence = r.fence + 1, instance = ${instance},
         lease_until = now() + make_interval(secs => ${leaseMs / 1000}::float8), started_at = clock_timestamp(),
         finished_at = NULL, summary = NULL, backend_pid = NULL, backend_started_at = NULL, progress = NULL
   WHERE r.state = 'queued' AND r.id = (
     SELECT q.id FROM ethhook_admin_job_runs q
      WHERE q.state = 'queued' AND q.due_at <= now() AND q.job = ANY(${jobs}::text[])
        AND (${scheduled} OR q.scheduled_for IS NULL) AND (${runId}::bigint IS NULL OR q.id = ${runId}::bigint)
        AND NOT EXISTS (
              SELECT FROM ethhook_admin_job_runs o
               WHERE o.state = 'running'
                 AND (o.job = q.job OR NOT q.is_dry_run AND NOT o.is_dry_run
                      AND q.job = ANY(${heavyJobs}::text[]) AND o.job = ANY(${heavyJobs}::text[])))
        AND (q.is_forced OR q.is_dry_run
             OR NOT EXISTS (SELECT FROM ethhook_admin_jobs p WHERE p.name IN (q.job, '*') AND p.paused_at IS NOT NULL))
      ORDER BY q.due_at, q.id LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING r.id, r.job, r.fence, r.attempt, r.scheduled_for AS "scheduledFor", r.parameters,
            r.is_dry_run AS "isDryRun", r.is_forced AS "isForced"`;
