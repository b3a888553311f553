import { sql } from '../../database/sql.js';

/** Whoever paused it first stays on record. */
export const pauseJob = (p: { name: string; by: string | null; reason: string | null }) =>
  sql<never>('tasks.pause-job')`
  INSERT INTO ethhook_admin_jobs AS j (name, paused_at, paused_by, pause_reason)
  VALUES (${p.name}, now(), ${p.by}, ${p.reason})
  ON CONFLICT (name) DO UPDATE
     SET paused_at = now(), paused_by = excluded.paused_by, pause_reason = excluded.pause_reason
   WHERE j.paused_at IS NULL`;
