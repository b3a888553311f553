import type { FindingDto } from './dto/finding.dto.js';
import type { FindingRow } from './findings.read-model.js';

export const toFindingDto = (row: FindingRow): FindingDto => ({
  id: row.id,
  check: row.check,
  object: row.object,
  state: row.state,
  severity: row.severity,
  title: row.title,
  evidence: { ...row.evidence },
  why: row.why,
  fix_sql: row.fixSql,
  advice: row.advice,
  action: row.action && { job: row.action.job, parameters: { ...row.action.parameters } },
  opened_at: row.openedAt,
  last_seen_at: row.lastSeenAt,
  resolved_at: row.resolvedAt,
  reopened: row.reopened,
  ignored:
    row.ignoredAt === null
      ? null
      : {
          at: row.ignoredAt,
          by: row.ignoredBy ?? '',
          until: row.ignoredUntil,
          reason: row.ignoreReason ?? '',
        },
});
