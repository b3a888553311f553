import { sql } from '../../database/sql.js';
import type { Fence } from '../fence.js';
import { auditRun } from './audit-run.js';

/**
 * Queues a run whose lease has expired for another attempt, or gives it up. Skips it while a transaction of the old attempt
 * is open: that one still holds its fence, and may commit.
 */
export const takeOverRun = ({ runId, fence }: Fence, isRetried: boolean, message: string) =>
  sql<{ state: string }>('tasks.take-over-run')`
  WITH ended AS (
    UPDATE ethhook_admin_job_runs r
       SET state = CASE WHEN ${isRetried} THEN 'queued' ELSE 'abandoned' END, fence = r.fence + 1, due_at = now(),
           finished_at = now(), lease_until = NULL, summary = ${message}, error_code = 'lease_expired',
           error_message = ${message}
     WHERE r.id = (SELECT e.id FROM ethhook_admin_job_runs e
                    WHERE e.id = ${runId}::bigint AND e.fence = ${fence}::bigint AND e.state = 'running' AND e.lease_until < now()
                      FOR UPDATE SKIP LOCKED)
    RETURNING r.*
  ),
  audited AS (${auditRun})
  SELECT e.state FROM ended e`;
