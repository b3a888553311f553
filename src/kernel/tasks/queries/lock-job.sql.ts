import { sql } from '../../database/sql.js';

export const lockJob = (name: string) => sql<{ name: string }>('tasks.lock-job')`
  SELECT j.name FROM ethhook_admin_jobs j WHERE j.name = ${name} FOR UPDATE`;
