import { sql } from '../../database/sql.js';
import { runColumns, type RunRow } from './run-columns.js';

/** Of each of these jobs the run that is running, and the latest that has ended and was no dry run. */
export const listLatestRuns = (jobs: readonly string[]) => sql<RunRow>('tasks.list-latest-runs')`
  SELECT ${runColumns}
    FROM unnest(${jobs}::text[]) AS j(name)
   CROSS JOIN LATERAL (
     (SELECT n.* FROM ethhook_admin_job_runs n WHERE n.job = j.name AND n.state = 'running')
     UNION ALL
     (SELECT e.* FROM ethhook_admin_job_runs e
       WHERE e.job = j.name AND e.state NOT IN ('queued', 'running') AND NOT e.is_dry_run
       ORDER BY e.id DESC LIMIT 1)) r`;
