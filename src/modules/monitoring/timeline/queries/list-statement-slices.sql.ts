import { fragment, sql } from '../../../../kernel/database/sql.js';
import { movedIn, type StatementRange } from '../../statements/queries/figures.js';

export interface StatementSlicesRow {
  queryid: string;
  label: string | null;
  /** Its beginning; null: not known. */
  text: string | null;
  callsBefore: number;
  meanBefore: number | null;
  slicesBefore: number[];
  callsAfter: number;
  meanAfter: number | null;
  slicesAfter: number[];
}

const sliced = (range: StatementRange, stepSeconds: number) => fragment`
  SELECT k.queryid, sum(d.calls) AS calls, sum(d.exec_ms) AS ms
    FROM ${movedIn(range)} d
    JOIN ethhook_admin_statements k ON k.id = d.statement_id AND k.toplevel
   WHERE d.calls > 0
   GROUP BY k.queryid, date_bin(make_interval(secs => ${stepSeconds}::float8), d.at, ${range.from}::timestamptz)`;

/** What clients sent in two windows, in slices; what makes the greatest difference first. */
export const listStatementSlices = (p: {
  before: StatementRange;
  after: StatementRange;
  stepSeconds: number;
  limit: number;
}) => sql<StatementSlicesRow>('monitoring.list-statement-slices')`
  WITH slices AS (
    SELECT b.*, false AS is_after FROM (${sliced(p.before, p.stepSeconds)}) b
     UNION ALL
    SELECT a.*, true FROM (${sliced(p.after, p.stepSeconds)}) a
  ),
  sides AS (
    SELECT s.queryid,
           coalesce(sum(s.calls) FILTER (WHERE NOT s.is_after), 0)::float8 AS calls_before,
           (sum(s.ms) FILTER (WHERE NOT s.is_after) / sum(s.calls) FILTER (WHERE NOT s.is_after))::float8 AS mean_before,
           coalesce(array_agg((s.ms / s.calls)::float8) FILTER (WHERE NOT s.is_after), '{}') AS slices_before,
           coalesce(sum(s.calls) FILTER (WHERE s.is_after), 0)::float8 AS calls_after,
           (sum(s.ms) FILTER (WHERE s.is_after) / sum(s.calls) FILTER (WHERE s.is_after))::float8 AS mean_after,
           coalesce(array_agg((s.ms / s.calls)::float8) FILTER (WHERE s.is_after), '{}') AS slices_after
      FROM slices s GROUP BY s.queryid
  )
  SELECT s.queryid::text AS "queryid", x.label, left(x.text, 300) AS "text", s.calls_before AS "callsBefore",
         s.mean_before AS "meanBefore", s.slices_before AS "slicesBefore", s.calls_after AS "callsAfter",
         s.mean_after AS "meanAfter", s.slices_after AS "slicesAfter"
    FROM sides s
    LEFT JOIN ethhook_admin_statement_texts x ON x.queryid = s.queryid
   ORDER BY abs((s.mean_after - s.mean_before) * s.calls_after) DESC NULLS LAST, s.queryid
   LIMIT ${p.limit}`;
