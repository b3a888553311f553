import { sql } from '../../../../kernel/database/sql.js';

/** `at` null: now. No row where the time would be in the future. */
export const addMark = (p: { at: string | null; name: string; details: string; by: string | null }) =>
  sql<{ id: string }>('monitoring.add-mark')`
  INSERT INTO ethhook_admin_timeline (at, kind, name, details, by)
  SELECT coalesce(${p.at}::timestamptz, now()), 'manual', ${p.name}, ${p.details}::jsonb, ${p.by}
   WHERE coalesce(${p.at}::timestamptz, now()) <= now()
  RETURNING 'mark:' || id AS "id"`;
