import { sql } from '../../../../kernel/database/sql.js';
import { movedIn, type StatementRange } from './figures.js';
import { TEXT_IN_LISTS } from './rank-statements.sql.js';

export interface RegressedRow {
  queryid: string;
  isToplevel: boolean;
  label: string | null;
  text: string | null;
  calls: number;
  meanMs: number;
  baselineCalls: number;
  baselineMeanMs: number;
  ratio: number;
  /** Of all its calls in the range. */
  lostMs: number;
}

export interface RegressionBounds {
  range: StatementRange;
  baseline: StatementRange;
  /** In the range, and in the baseline. */
  minCalls: number;
  /** By which the mean has grown. */
  minMs: number;
  minRatio: number;
  limit: number;
}

/** Slower by mean than they were, those that have cost the most first. */
export const listRegressed = (p: RegressionBounds) => sql<RegressedRow>('monitoring.list-regressed')`
  WITH now_ AS (
    SELECT k.queryid, k.toplevel, sum(d.calls)::float8 AS calls, sum(d.exec_ms) / nullif(sum(d.calls), 0)::float8 AS mean
      FROM ${movedIn(p.range)} d JOIN ethhook_admin_statements k ON k.id = d.statement_id
     GROUP BY 1, 2 HAVING sum(d.calls) >= ${p.minCalls} AND sum(d.exec_ms) / sum(d.calls) >= ${p.minMs}
  ), before AS (
    SELECT k.queryid, k.toplevel, sum(d.calls)::float8 AS calls, sum(d.exec_ms) / nullif(sum(d.calls), 0)::float8 AS mean
      FROM ${movedIn(p.baseline)} d JOIN ethhook_admin_statements k ON k.id = d.statement_id
     WHERE k.queryid IN (SELECT n.queryid FROM now_ n)
     GROUP BY 1, 2 HAVING sum(d.calls) >= ${p.minCalls}
  )
  SELECT n.queryid::text AS "queryid", n.toplevel AS "isToplevel", x.label AS "label",
         left(x.text, ${TEXT_IN_LISTS}::int) AS "text", n.calls AS "calls", n.mean AS "meanMs",
         b.calls AS "baselineCalls", b.mean AS "baselineMeanMs", n.mean / nullif(b.mean, 0) AS "ratio",
         (n.mean - b.mean) * n.calls AS "lostMs"
    FROM now_ n
    JOIN before b ON b.queryid = n.queryid AND b.toplevel = n.toplevel
    LEFT JOIN ethhook_admin_statement_texts x ON x.queryid = n.queryid
   WHERE n.mean - b.mean >= ${p.minMs}::float8 AND n.mean >= b.mean * ${p.minRatio}::float8 AND b.mean > 0
   ORDER BY "lostMs" DESC, n.queryid, n.toplevel
   LIMIT ${p.limit}`;
