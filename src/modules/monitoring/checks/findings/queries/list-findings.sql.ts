import { constant, fragment, nothing, sql } from '../../../../../kernel/database/sql.js';
import type { Severity } from '../../check.js';
import { findingState } from '../../queries/finding-state.js';
import { rank } from '../../queries/severities.js';
import { findingColumns, type FindingRow, type FindingState } from './finding-columns.js';

export interface FindingFilter {
  state: FindingState | undefined;
  severity: Severity | undefined;
  check: string | undefined;
}

const newest = constant('ORDER BY f.opened_at DESC, f.id DESC');
const worst = fragment`ORDER BY ${rank('f.severity')} DESC, f.opened_at DESC, f.id DESC`;

/** Newest opening first, from `before` on; or the worst first, for a report. */
export const listFindings = (
  p: FindingFilter & {
    before?: { at: string; id: string } | undefined;
    order: 'newest' | 'worst';
    limit: number;
  },
) => sql<FindingRow>('monitoring.list-findings')`
  SELECT ${findingColumns}
    FROM ethhook_admin_findings f
   WHERE true
     ${p.state === undefined ? nothing : fragment`AND ${findingState} = ${p.state}`}
     ${p.severity === undefined ? nothing : fragment`AND f.severity = ${p.severity}`}
     ${p.check === undefined ? nothing : fragment`AND f.check_name = ${p.check}`}
     ${p.before === undefined ? nothing : fragment`AND (f.opened_at, f.id) < (${p.before.at}::timestamptz, ${p.before.id}::uuid)`}
     ${p.order === 'newest' ? newest : worst}
   LIMIT ${p.limit}`;
