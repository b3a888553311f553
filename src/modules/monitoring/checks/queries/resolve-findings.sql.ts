import { sql } from '../../../../kernel/database/sql.js';

export interface Unseen {
  check: string;
  lookedAt: string;
  limits: readonly string[];
  /** After so many looks without it, it is over. */
  cleanLooks: number;
}

/**
 * What this look has not seen. Only where it could have: its limits are among those under which the finding was seen, and
 * none of them names the object.
 */
export const resolveFindings = (p: Unseen) => sql<never>('monitoring.resolve-findings')`
  WITH unseen AS (
    UPDATE ethhook_admin_findings f
       SET clean_looks = f.clean_looks + 1,
           resolved_at = CASE WHEN f.clean_looks + 1 >= ${p.cleanLooks}::int THEN ${p.lookedAt}::timestamptz END
     WHERE f.check_name = ${p.check} AND f.resolved_at IS NULL AND f.last_seen_at < ${p.lookedAt}::timestamptz
       AND ${[...p.limits]}::text[] <@ f.seen_limits
       AND NOT EXISTS (SELECT FROM unnest(${[...p.limits]}::text[]) l (text)
                        WHERE f.object <> '' AND position(f.object IN l.text) > 0)
    RETURNING f.id, f.opened_at, f.resolved_at
  )
  UPDATE ethhook_admin_finding_openings o
     SET resolved_at = u.resolved_at
    FROM unseen u
   WHERE o.finding_id = u.id AND o.opened_at = u.opened_at`;
