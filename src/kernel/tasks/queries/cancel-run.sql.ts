import { sql } from '../../database/sql.js';

/** A queued run ends here; a running one is told, and ends itself. No row: it has ended before. */
export const cancelRun = (p: { runId: string; by: string | null }) =>
  sql<{ state: string }>('tasks.cancel-run')`
  UPDATE ethhook_admin_job_runs r
     SET cancelled_by = coalesce(${p.by}::text, 'unknown'),
         state = CASE r.state WHEN 'queued' THEN 'cancelled' ELSE r.state END,
         finished_at = CASE r.state WHEN 'queued' THEN now() END
   WHERE r.id = ${p.runId}::bigint AND r.state IN ('queued', 'running')
  RETURNING r.state`;
