import { sql } from '../../../../kernel/database/sql.js';
import { movedIn, type StatementRange } from '../../statements/queries/figures.js';

export interface StatementLoadRow {
  /** Looks at pg_stat_statements. */
  looks: number;
  calls: number;
  /** The label or the beginning of the text of the query with the largest mean; null: none was run. */
  slowest: string | null;
  slowestMs: number | null;
}

/** Of what clients sent; commands such as VACUUM are no queries. */
export const readStatementLoad = (p: StatementRange) => sql<StatementLoadRow>(
  'monitoring.read-statement-load',
)`
  WITH ran AS (
    SELECT k.queryid, sum(d.calls) AS calls, sum(d.exec_ms) AS ms
      FROM ${movedIn(p)} d
      JOIN ethhook_admin_statements k ON k.id = d.statement_id AND k.toplevel
     WHERE d.calls > 0
     GROUP BY k.queryid
  ),
  slowest AS (
    SELECT coalesce(x.label, left(x.text, 100), 'query ' || r.queryid) AS name, r.ms / r.calls AS ms
      FROM ran r
      LEFT JOIN ethhook_admin_statement_texts x ON x.queryid = r.queryid
     WHERE x.kind IS DISTINCT FROM 'utility'
     ORDER BY r.ms / r.calls DESC, r.queryid LIMIT 1
  )
  SELECT (SELECT count(*)::int FROM ethhook_admin_statement_turns t
           WHERE t.at >= ${p.from}::timestamptz AND t.at < ${p.until}::timestamptz) AS "looks",
         (SELECT coalesce(sum(r.calls), 0)::float8 FROM ran r) AS "calls",
         (SELECT s.name FROM slowest s) AS "slowest", (SELECT s.ms::float8 FROM slowest s) AS "slowestMs"`;
