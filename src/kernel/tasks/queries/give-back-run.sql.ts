import { sql } from '../../database/sql.js';
import type { Fence } from '../fence.js';

/** Queued again, as if it had not been claimed: the session of a run before it still holds the job's lock. */
export const giveBackRun = ({ runId, fence }: Fence, dueInMs: number) =>
  sql<{ id: string }>('tasks.give-back-run')`
  UPDATE ethhook_admin_job_runs r
     SET state = 'queued', due_at = now() + make_interval(secs => ${dueInMs / 1000}::float8), lease_until = NULL,
         attempt = r.attempt - 1, fence = r.fence + 1, started_at = NULL
   WHERE r.id = ${runId}::bigint AND r.fence = ${fence}::bigint AND r.state = 'running'
  RETURNING r.id`;
