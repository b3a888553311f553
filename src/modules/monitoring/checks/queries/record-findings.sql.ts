import { constant, sql } from '../../../../kernel/database/sql.js';
import type { Finding } from '../check.js';
import { rank } from './severities.js';

export interface Seen {
  check: string;
  lookedAt: string;
  limits: readonly string[];
  /** Each object once. */
  findings: readonly Finding[];
}

const wasOver = constant('f.resolved_at IS NOT NULL');

/** What was seen: opened where it is new, opened anew where it was over, else seen again with the figures of now. */
export const recordFindings = (p: Seen) => sql<never>('monitoring.record-findings')`
  WITH seen AS (
    INSERT INTO ethhook_admin_findings AS f
           (check_name, object, severity, title, evidence, why, fix_sql, advice, action, opened_at, last_seen_at, seen_limits)
    SELECT ${p.check}, s.object, s.severity, s.title, s.evidence, s.why, s."fixSql", s.advice, nullif(s.action, 'null'),
           ${p.lookedAt}::timestamptz, ${p.lookedAt}::timestamptz, ${[...p.limits]}::text[]
      FROM jsonb_to_recordset(${JSON.stringify(p.findings)}::jsonb)
           s (object text, severity text, title text, evidence jsonb, why text, "fixSql" text, advice text, action jsonb)
        ON CONFLICT (check_name, object) DO UPDATE
       SET severity = excluded.severity, title = excluded.title, evidence = excluded.evidence, why = excluded.why,
           fix_sql = excluded.fix_sql, advice = excluded.advice, action = excluded.action,
           last_seen_at = excluded.last_seen_at, seen_limits = excluded.seen_limits, clean_looks = 0, resolved_at = NULL,
           opened_at = CASE WHEN ${wasOver} THEN excluded.opened_at ELSE f.opened_at END,
           reopened = f.reopened + (${wasOver})::int,
           alerted_at = CASE WHEN ${wasOver} THEN NULL ELSE f.alerted_at END,
           alerted_severity = CASE WHEN ${wasOver} THEN NULL ELSE f.alerted_severity END
    RETURNING f.id, f.opened_at, f.last_seen_at, f.severity, f.title, f.evidence
  )
  INSERT INTO ethhook_admin_finding_openings AS o (finding_id, opened_at, last_seen_at, severity, title, evidence)
  SELECT s.id, s.opened_at, s.last_seen_at, s.severity, s.title, s.evidence FROM seen s
      ON CONFLICT (finding_id, opened_at) DO UPDATE
     SET last_seen_at = excluded.last_seen_at, title = excluded.title, evidence = excluded.evidence,
         severity = CASE WHEN ${rank('excluded.severity')} > ${rank('o.severity')} THEN excluded.severity ELSE o.severity END`;
