import { sql } from '../../database/sql.js';
import type { Fence } from '../fence.js';

/** What the session of this attempt runs at the moment. */
export const cancelStatement = ({ runId, fence }: Fence) => sql<{ cancelled: boolean }>(
  'tasks.cancel-statement',
)`
  SELECT pg_cancel_backend(a.pid) AS "cancelled"
    FROM ethhook_admin_job_runs r
    JOIN pg_stat_activity a ON a.pid = r.backend_pid AND a.backend_start = r.backend_started_at
   WHERE r.id = ${runId}::bigint AND r.fence = ${fence}::bigint`;
