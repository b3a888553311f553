import { sql } from '../../../../kernel/database/sql.js';

/** Of checks that are none of these. */
export const retireChecks = (p: { names: readonly string[] }) => sql<never>('monitoring.retire-checks')`
  WITH gone AS (
    DELETE FROM ethhook_admin_checks c WHERE c.name <> ALL (${[...p.names]}::text[])
  ), resolved AS (
    UPDATE ethhook_admin_findings f SET resolved_at = now()
     WHERE f.resolved_at IS NULL AND f.check_name <> ALL (${[...p.names]}::text[])
    RETURNING f.id, f.opened_at
  )
  UPDATE ethhook_admin_finding_openings o SET resolved_at = now()
    FROM resolved r WHERE o.finding_id = r.id AND o.opened_at = r.opened_at`;
