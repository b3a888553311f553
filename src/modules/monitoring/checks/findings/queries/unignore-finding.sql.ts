import { sql } from '../../../../../kernel/database/sql.js';

/** No row: it was not ignored. */
export const unignoreFinding = (id: string) => sql<{ check: string; object: string }>(
  'monitoring.unignore-finding',
)`
  UPDATE ethhook_admin_findings f
     SET ignored_at = NULL, ignored_by = NULL, ignored_until = NULL, ignore_reason = NULL
   WHERE f.id = ${id}::uuid AND f.ignored_at IS NOT NULL
  RETURNING f.check_name AS "check", f.object`;
