import { constant, fragment, sql } from '../../../../kernel/database/sql.js';
import type { Severity } from '../check.js';
import { isIgnored } from './finding-state.js';
import { rank } from './severities.js';

const REMIND_AFTER = constant(`INTERVAL '1 day'`);

/** A finding as an alert tells it, at this moment. */
const told = constant(`jsonb_build_object(
    'id', f.id, 'check', f.check_name, 'object', f.object, 'severity', f.severity, 'title', f.title,
    'evidence', f.evidence, 'why', f.why, 'fix_sql', f.fix_sql, 'advice', f.advice, 'action', f.action,
    'opened_at', to_char(f.opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'resolved_at', to_char(f.resolved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'reopened', f.reopened)`);

/**
 * What is worth telling of a check's findings after its look, each thing once: that one is open, that it has become worse than
 * was told, that a critical one is still there a day later, and that one that was told of is over.
 */
export const queueAlerts = (p: { check: string; lookedAt: string; minSeverity: Severity }) => {
  const isWorse = fragment`${rank('f.severity')} > ${rank('f.alerted_severity')}`;
  return sql<never>('monitoring.queue-alerts')`
  WITH due AS MATERIALIZED (
    SELECT f.id, f.severity, ${told} AS finding,
           CASE WHEN f.resolved_at IS NOT NULL THEN 'resolved' WHEN f.alerted_at IS NULL THEN 'opened'
                WHEN ${isWorse} THEN 'raised' ELSE 'reminder' END AS kind
      FROM ethhook_admin_findings f
     WHERE f.check_name = ${p.check}
       AND CASE WHEN f.resolved_at IS NOT NULL
                THEN f.resolved_at = ${p.lookedAt}::timestamptz AND f.alerted_at IS NOT NULL
                ELSE ${rank('f.severity')} >= ${rank(`'${p.minSeverity}'`)} AND NOT ${isIgnored}
                     AND (f.alerted_at IS NULL OR ${isWorse}
                          OR f.severity = 'critical' AND f.alerted_at <= ${p.lookedAt}::timestamptz - ${REMIND_AFTER})
           END
  ), marked AS (
    UPDATE ethhook_admin_findings f
       SET alerted_at = ${p.lookedAt}::timestamptz, alerted_severity = f.severity
      FROM due d WHERE f.id = d.id AND d.kind <> 'resolved'
  )
  INSERT INTO ethhook_admin_alerts (kind, finding_id, severity, finding)
  SELECT d.kind, d.id, d.severity, d.finding FROM due d`;
};
