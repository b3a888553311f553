import { constant, identifier, sql } from '../../../../../kernel/database/sql.js';

export interface SlowestStatementRow {
  queryId: string;
  calls: number;
  meanMs: number;
  maxMs: number;
  totalMs: number;
  /** Constants are $n. Of statements that keep theirs the first word only: they may hold passwords. */
  text: string;
}

/** What pg_stat_statements normalises, also behind comments and brackets. */
const NORMALISED = constant(
  `'^(\\s|\\(|/\\*.*?\\*/)*(select|insert|update|delete|merge|with|values|table)\\M'`,
);

/** Of this database, with the longest mean first; those that this role may see. */
export const listSlowestStatements = (p: { schema: string; limit: number }) => sql<SlowestStatementRow>(
  'monitoring.list-slowest-statements',
)`
  SELECT s.queryid::text AS "queryId", s.calls::float8 AS "calls", s.mean_exec_time AS "meanMs", s.max_exec_time AS "maxMs",
         s.total_exec_time AS "totalMs",
         CASE WHEN s.query ~* ${NORMALISED} THEN left(regexp_replace(s.query, '\\s+', ' ', 'g'), 500)
              ELSE coalesce(substring(s.query FROM '[A-Za-z]+'), '') || ' …' END AS "text"
    FROM ${identifier(p.schema)}.pg_stat_statements s
   WHERE s.dbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) AND s.queryid IS NOT NULL
   ORDER BY s.mean_exec_time DESC, s.queryid
   LIMIT ${p.limit}`;
