import { fragment, nothing, sql } from '../../database/sql.js';
import type { RunFilter } from '../job-state.js';
import { runColumns, type RunRow } from './run-columns.js';

/** Newest first. */
export const listRuns = ({ job, outcome, before, limit }: RunFilter) => sql<RunRow>('tasks.list-runs')`
  SELECT ${runColumns}
    FROM ethhook_admin_job_runs r
   WHERE true${job === undefined ? nothing : fragment` AND r.job = ${job}`}${
     outcome === undefined ? nothing : fragment` AND r.state = ${outcome}`
   }${before === undefined ? nothing : fragment` AND r.id < ${before}::bigint`}
   ORDER BY r.id DESC LIMIT ${limit}::int`;
