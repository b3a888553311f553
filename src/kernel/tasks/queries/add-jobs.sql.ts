import { sql } from '../../database/sql.js';

/** A job's slots count from when it is first seen here. */
export const addJobs = (names: readonly string[]) => sql<never>('tasks.add-jobs')`
  INSERT INTO ethhook_admin_jobs (name)
  SELECT n.name FROM unnest(${names}::text[]) AS n(name)
   WHERE NOT EXISTS (SELECT FROM ethhook_admin_jobs j WHERE j.name = n.name)
  ON CONFLICT (name) DO NOTHING`;
