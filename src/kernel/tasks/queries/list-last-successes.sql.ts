import { sql } from '../../database/sql.js';

export interface LastSuccessRow {
  job: string;
  finishedAtSeconds: number;
}

/** Of each job the latest run that ended well, on whichever instance; dry runs do nothing. */
export const listLastSuccesses = () => sql<LastSuccessRow>('tasks.list-last-successes')`
  SELECT j.name AS job, extract(epoch FROM r.finished_at)::float8 AS "finishedAtSeconds"
    FROM ethhook_admin_jobs j
   CROSS JOIN LATERAL (SELECT n.finished_at
                         FROM ethhook_admin_job_runs n
                        WHERE n.job = j.name AND n.state = 'succeeded' AND NOT n.is_dry_run
                        ORDER BY n.id DESC LIMIT 1) r`;
