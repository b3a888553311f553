import { sql } from '../../../../kernel/database/sql.js';
import { figureColumns, movedIn, sums, type FigureRow, type StatementRange } from './figures.js';
import { TEXT_IN_LISTS } from './rank-statements.sql.js';

export interface NewStatementRow extends FigureRow {
  queryid: string;
  label: string | null;
  text: string | null;
  firstSeenAt: string;
}

/** Never seen before the range; what was there when we began to look is not new. Most time first. */
export const listNew = (p: StatementRange & { limit: number }) => sql<NewStatementRow>('monitoring.list-new')`
  WITH fresh AS (
    SELECT k.queryid, min(k.first_seen_at) AS at
      FROM ethhook_admin_statements k
     GROUP BY k.queryid
    HAVING bool_and(k.first_seen_at IS NOT NULL) AND min(k.first_seen_at) >= ${p.from}::timestamptz
       AND min(k.first_seen_at) < ${p.until}::timestamptz
  ), g AS (
    SELECT k.queryid, ${sums}
      FROM ${movedIn(p)} d
      JOIN ethhook_admin_statements k ON k.id = d.statement_id
     WHERE k.queryid IN (SELECT f.queryid FROM fresh f)
     GROUP BY k.queryid
  )
  SELECT f.queryid::text AS "queryid", x.label AS "label", left(x.text, ${TEXT_IN_LISTS}::int) AS "text",
         f.at AS "firstSeenAt", ${figureColumns('g')}
    FROM fresh f
    LEFT JOIN g ON g.queryid = f.queryid
    LEFT JOIN ethhook_admin_statement_texts x ON x.queryid = f.queryid
   ORDER BY g.exec_ms DESC NULLS LAST, f.queryid
   LIMIT ${p.limit}`;
