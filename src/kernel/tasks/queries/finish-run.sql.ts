import { sql } from '../../database/sql.js';
import type { Fence } from '../fence.js';
import type { JobReport } from '../job.js';
import { auditRun } from './audit-run.js';

/** No row: the run was taken over, or has ended before. */
export const finishRun = ({ runId, fence }: Fence, report: JobReport) =>
  sql<{ id: string }>('tasks.finish-run')`
  WITH ended AS (
    UPDATE ethhook_admin_job_runs r
       SET state = 'succeeded', finished_at = clock_timestamp(), lease_until = NULL, rows = ${report.rows}::bigint,
           summary = ${report.summary}, steps = ${JSON.stringify(report.steps)}::jsonb,
           details = ${report.details === undefined ? null : JSON.stringify(report.details)}::jsonb
     WHERE r.id = ${runId}::bigint AND r.fence = ${fence}::bigint AND r.state = 'running'
    RETURNING r.*
  ),
  audited AS (${auditRun})
  SELECT e.id FROM ended e`;
