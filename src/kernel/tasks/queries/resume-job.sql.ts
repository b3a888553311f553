import { sql } from '../../database/sql.js';

export const resumeJob = (name: string) => sql<never>('tasks.resume-job')`
  UPDATE ethhook_admin_jobs j SET paused_at = NULL, paused_by = NULL, pause_reason = NULL WHERE j.name = ${name}`;
