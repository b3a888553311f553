import { sql } from '../../database/sql.js';
import type { Fence } from '../fence.js';

/** The session of this attempt, if it is there. Throws where this role may not. */
export const endBackend = ({ runId, fence }: Fence) => sql<{ ended: boolean }>('tasks.end-backend')`
  SELECT pg_terminate_backend(a.pid) AS "ended"
    FROM ethhook_admin_job_runs r
    JOIN pg_stat_activity a ON a.pid = r.backend_pid AND a.backend_start = r.backend_started_at
   WHERE r.id = ${runId}::bigint AND r.fence = ${fence}::bigint`;
