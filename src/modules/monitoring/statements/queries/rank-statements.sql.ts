import { constant, fragment, nothing, sql } from '../../../../kernel/database/sql.js';
import { figureColumns, movedIn, sums, type FigureRow, type StatementRange } from './figures.js';

const columnsOf = {
  mean: ['g.exec_ms / nullif(g.calls, 0)'],
  total: ['g.exec_ms'],
  calls: ['g.calls'],
  // Where the time is not measured there are the blocks.
  io: ['g.io_ms', 'coalesce(g.blocks_read, 0) + coalesce(g.blocks_written, 0)'],
  temp: ['coalesce(g.temp_read, 0) + coalesce(g.temp_written, 0)'],
  wal: ['g.wal_bytes'],
} as const;

export const statementOrders = Object.keys(columnsOf) as StatementOrder[];

export type StatementOrder = keyof typeof columnsOf;

export interface StatementRow extends FigureRow {
  queryid: string;
  /** false: called by another statement, whose time has its own in it. */
  isToplevel: boolean;
  roles: string[];
  label: string | null;
  isUtility: boolean;
  /** Its beginning. */
  text: string | null;
  /** Of the execution time of all statements that clients sent. */
  timeShare: number | null;
  timeouts: number;
  lockTimeouts: number;
  deadlocks: number;
}

export const TEXT_IN_LISTS = 2000;

const errorsOf = (code: string) =>
  constant(`coalesce(sum(e.count) FILTER (WHERE e.sqlstate = '${code}'), 0)::float8`);

/** What statements did in the range, the most first; `queryid`: of this one only. */
export const rankStatements = (
  p: StatementRange & { order: StatementOrder; minMeanMs: number; limit: number; queryid: string | null },
) => sql<StatementRow>('monitoring.rank-statements')`
  WITH grouped AS (
    SELECT k.queryid, k.toplevel, array_agg(DISTINCT k.userid) AS users, ${sums}
      FROM ${movedIn(p)} d
      JOIN ethhook_admin_statements k ON k.id = d.statement_id
     GROUP BY k.queryid, k.toplevel
  ), g AS (
    SELECT grouped.*, grouped.exec_ms / nullif(sum(grouped.exec_ms) FILTER (WHERE grouped.toplevel) OVER (), 0) AS share
      FROM grouped
  ), ranked AS (
    SELECT g.*, row_number() OVER (ORDER BY ${descending(p.order)}, g.queryid, g.toplevel) AS place
      FROM g
     WHERE coalesce(g.exec_ms / nullif(g.calls, 0), 0) >= ${p.minMeanMs}::float8
       ${p.queryid === null ? nothing : fragment`AND g.queryid = ${p.queryid}::bigint`}
     ORDER BY place LIMIT ${p.limit}
  )
  SELECT r.queryid::text AS "queryid", r.toplevel AS "isToplevel", x.label AS "label",
         coalesce(x.kind = 'utility', false) AS "isUtility", left(x.text, ${constant(String(TEXT_IN_LISTS))}) AS "text",
         ARRAY(SELECT coalesce(a.rolname, u.oid::text)::text FROM unnest(r.users) u (oid)
                 LEFT JOIN pg_roles a ON a.oid = u.oid ORDER BY 1) AS "roles",
         r.share AS "timeShare", ${figureColumns('r')}, failed.*
    FROM ranked r
    LEFT JOIN ethhook_admin_statement_texts x ON x.queryid = r.queryid
   CROSS JOIN LATERAL (
     SELECT ${errorsOf('57014')} AS "timeouts", ${errorsOf('55P03')} AS "lockTimeouts", ${errorsOf('40P01')} AS "deadlocks"
       FROM ethhook_admin_statement_errors e
      WHERE e.label = x.label AND e.at >= ${p.from}::timestamptz AND e.at < ${p.until}::timestamptz) failed
   ORDER BY r.place`;

const descending = (order: StatementOrder) =>
  constant(columnsOf[order].map((column) => `${column} DESC NULLS LAST`).join(', '));
