import { sql } from '../../../../kernel/database/sql.js';
import type { CountedState } from '../../../../kernel/database/statement-errors.js';
import type { StatementRange } from './figures.js';

export interface StatementErrorRow {
  label: string;
  sqlstate: CountedState;
  count: number;
  lastAt: string;
}

/** What the application's statements ended with in the range, the most first. */
export const listErrors = (p: StatementRange & { limit: number }) =>
  sql<StatementErrorRow>('monitoring.list-statement-errors')`
  SELECT e.label AS "label", e.sqlstate AS "sqlstate", sum(e.count)::float8 AS "count", max(e.at) AS "lastAt"
    FROM ethhook_admin_statement_errors e
   WHERE e.at >= ${p.from}::timestamptz AND e.at < ${p.until}::timestamptz
   GROUP BY e.label, e.sqlstate
   ORDER BY "count" DESC, e.label, e.sqlstate
   LIMIT ${p.limit}`;
