import { sql } from '../../../../../kernel/database/sql.js';
import type { Severity } from '../../check.js';

export interface ChangeRow {
  findingId: string;
  kind: 'opened' | 'reopened' | 'resolved';
  check: string;
  object: string;
  severity: Severity;
  title: string;
  at: string;
}

/** Openings that have begun or ended since, newest first; `since` null: ever. */
export const listChanges = (p: { since: string | null; limit: number }) => sql<ChangeRow>(
  'monitoring.list-changes',
)`
  SELECT c."findingId", c.kind, f.check_name AS "check", f.object, c.severity, c.title, c.at
    FROM (SELECT o.finding_id AS "findingId", o.severity, o.title, o.opened_at AS at,
                 CASE WHEN EXISTS (SELECT FROM ethhook_admin_finding_openings e
                                    WHERE e.finding_id = o.finding_id AND e.opened_at < o.opened_at)
                      THEN 'reopened' ELSE 'opened' END AS kind
            FROM ethhook_admin_finding_openings o
           UNION ALL
          SELECT o.finding_id, o.severity, o.title, o.resolved_at, 'resolved'
            FROM ethhook_admin_finding_openings o WHERE o.resolved_at IS NOT NULL) c
    JOIN ethhook_admin_findings f ON f.id = c."findingId"
   WHERE c.at > coalesce(${p.since}::timestamptz, '-infinity')
   ORDER BY c.at DESC, c."findingId", c.kind
   LIMIT ${p.limit}`;
