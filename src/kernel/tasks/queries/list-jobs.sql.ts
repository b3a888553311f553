import { sql } from '../../database/sql.js';

export interface JobRow {
  name: string;
  lastSlot: string;
  pausedAt: string | null;
  pausedBy: string | null;
  pauseReason: string | null;
}

/** With `*`, which stands for all of them. */
export const listJobs = () => sql<JobRow>('tasks.list-jobs')`
  SELECT j.name, j.last_slot AS "lastSlot", j.paused_at AS "pausedAt", j.paused_by AS "pausedBy",
         j.pause_reason AS "pauseReason"
    FROM ethhook_admin_jobs j ORDER BY j.name`;
