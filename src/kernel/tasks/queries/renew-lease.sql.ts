import { sql } from '../../database/sql.js';
import type { Fence } from '../fence.js';
import type { RunProgress } from '../job-state.js';

/** No row: the run was taken over, or has ended. */
export const renewLease = (p: Fence & { leaseMs: number; progress: RunProgress | null }) =>
  sql<{ cancelledBy: string | null }>('tasks.renew-lease')`
  UPDATE ethhook_admin_job_runs r
     SET lease_until = now() + make_interval(secs => ${p.leaseMs / 1000}::float8),
         progress = ${p.progress === null ? null : JSON.stringify(p.progress)}::jsonb
   WHERE r.id = ${p.runId}::bigint AND r.fence = ${p.fence}::bigint AND r.state = 'running'
  RETURNING r.cancelled_by AS "cancelledBy"`;
