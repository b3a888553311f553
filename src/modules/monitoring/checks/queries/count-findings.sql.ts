import { sql } from '../../../../kernel/database/sql.js';
import type { Severity } from '../check.js';
import { findingState } from './finding-state.js';

export interface FindingCountRow {
  check: string;
  state: 'open' | 'ignored';
  severity: Severity;
  count: number;
}

/** Of what is not resolved. */
export const countFindings = () => sql<FindingCountRow>('monitoring.count-findings')`
  SELECT f.check_name AS "check", ${findingState} AS "state", f.severity, count(*)::int AS "count"
    FROM ethhook_admin_findings f
   WHERE f.resolved_at IS NULL
   GROUP BY 1, 2, 3
   ORDER BY 1, 2, 3`;
