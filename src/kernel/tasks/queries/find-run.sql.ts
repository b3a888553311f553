import { sql } from '../../database/sql.js';
import type { JobStep } from '../job.js';
import type { RunProgress } from '../job-state.js';
import { runColumns, type RunRow } from './run-columns.js';

export interface FoundRunRow extends RunRow {
  steps: JobStep[];
  details: Record<string, unknown> | null;
  progress: RunProgress | null;
  backendPid: number | null;
}

export const findRun = (runId: string) => sql<FoundRunRow>('tasks.find-run')`
  SELECT ${runColumns}, r.steps, r.details, r.progress,
         CASE WHEN r.state = 'running' THEN r.backend_pid END AS "backendPid"
    FROM ethhook_admin_job_runs r WHERE r.id = ${runId}::bigint`;
