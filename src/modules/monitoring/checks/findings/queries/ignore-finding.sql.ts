import { sql } from '../../../../../kernel/database/sql.js';

export interface Ignore {
  id: string;
  by: string;
  reason: string;
  /** RFC 3339; null: for good. */
  until: string | null;
}

/** No row: there is no such finding. `isPast`: it would be over already. */
export const ignoreFinding = (p: Ignore) => sql<{ check: string; object: string; isPast: boolean }>(
  'monitoring.ignore-finding',
)`
  UPDATE ethhook_admin_findings f
     SET ignored_at = now(), ignored_by = ${p.by}, ignored_until = ${p.until}::timestamptz, ignore_reason = ${p.reason}
   WHERE f.id = ${p.id}::uuid
  RETURNING f.check_name AS "check", f.object, coalesce(f.ignored_until <= now(), false) AS "isPast"`;
