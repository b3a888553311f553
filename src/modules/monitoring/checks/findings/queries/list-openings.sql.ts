import { sql } from '../../../../../kernel/database/sql.js';
import type { Finding, Severity } from '../../check.js';

export interface OpeningRow {
  openedAt: string;
  lastSeenAt: string;
  resolvedAt: string | null;
  /** The worst of it. */
  severity: Severity;
  /** As it was seen last. */
  title: string;
  evidence: Finding['evidence'];
}

/** Newest first. */
export const listOpenings = (p: { findingId: string; limit: number }) => sql<OpeningRow>(
  'monitoring.list-openings',
)`
  SELECT o.opened_at AS "openedAt", o.last_seen_at AS "lastSeenAt", o.resolved_at AS "resolvedAt", o.severity, o.title,
         o.evidence
    FROM ethhook_admin_finding_openings o
   WHERE o.finding_id = ${p.findingId}::uuid
   ORDER BY o.opened_at DESC
   LIMIT ${p.limit}`;
