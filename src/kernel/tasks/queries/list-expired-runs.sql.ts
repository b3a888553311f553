import { sql } from '../../database/sql.js';

export interface ExpiredRunRow {
  id: string;
  job: string;
  fence: string;
  attempt: number;
  instance: string;
}

/** Whose instance has not renewed the lease: it was killed, is frozen, or cannot reach the database. */
export const listExpiredRuns = (jobs: readonly string[]) => sql<ExpiredRunRow>('tasks.list-expired-runs')`
  SELECT r.id, r.job, r.fence, r.attempt, r.instance
    FROM ethhook_admin_job_runs r
   WHERE r.state = 'running' AND r.lease_until < now() AND r.job = ANY(${jobs}::text[])
   ORDER BY r.id`;
