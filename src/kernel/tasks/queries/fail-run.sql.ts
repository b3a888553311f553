import { sql } from '../../database/sql.js';
import type { Fence } from '../fence.js';
import { auditRun } from './audit-run.js';

export interface Failure {
  readonly state: 'failed' | 'cancelled' | 'skipped';
  readonly code: string;
  readonly message: string;
  /** null: no further try. */
  readonly retryAfterMs: number | null;
}

export const failRun = ({ runId, fence }: Fence, { state, code, message, retryAfterMs }: Failure) =>
  sql<{ id: string }>('tasks.fail-run')`
  WITH ended AS (
    UPDATE ethhook_admin_job_runs r
       SET state = CASE WHEN ${retryAfterMs}::float8 IS NULL THEN ${state} ELSE 'queued' END,
           due_at = clock_timestamp() + make_interval(secs => coalesce(${retryAfterMs}::float8, 0) / 1000),
           finished_at = clock_timestamp(), lease_until = NULL, fence = r.fence + 1, summary = ${message},
           error_code = ${code}, error_message = ${message}
     WHERE r.id = ${runId}::bigint AND r.fence = ${fence}::bigint AND r.state = 'running'
    RETURNING r.*
  ),
  audited AS (${auditRun})
  SELECT e.id FROM ended e`;
