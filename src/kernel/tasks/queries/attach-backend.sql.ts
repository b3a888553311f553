import { sql } from '../../database/sql.js';
import type { Fence } from '../fence.js';

/** Notes the backend of this session, so that others can end it. No row: the run is no longer ours. */
export const attachBackend = ({ runId, fence }: Fence) => sql<{ pid: number }>('tasks.attach-backend')`
  UPDATE ethhook_admin_job_runs r
     SET backend_pid = a.pid, backend_started_at = a.backend_start
    FROM pg_stat_activity a
   WHERE r.id = ${runId}::bigint AND r.fence = ${fence}::bigint AND r.state = 'running' AND a.pid = pg_backend_pid()
  RETURNING a.pid`;
