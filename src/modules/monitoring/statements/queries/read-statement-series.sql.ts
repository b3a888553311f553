import { sql } from '../../../../kernel/database/sql.js';
import { figureColumns, movedIn, sums, type FigureRow, type StatementRange } from './figures.js';

export interface StatementPointRow extends FigureRow {
  at: string;
}

/** One statement over time, in steps from `from` on; steps in which it did not run are not there. */
export const readStatementSeries = (p: StatementRange & { queryid: string; stepSeconds: number }) =>
  sql<StatementPointRow>('monitoring.read-statement-series')`
  WITH g AS (
    SELECT date_bin(make_interval(secs => ${p.stepSeconds}::float8), d.at, ${p.from}::timestamptz) AS at, ${sums}
      FROM ${movedIn(p)} d
     WHERE d.statement_id = ANY (ARRAY(SELECT k.id FROM ethhook_admin_statements k WHERE k.queryid = ${p.queryid}::bigint))
     GROUP BY 1
  )
  SELECT g.at AS "at", ${figureColumns('g')} FROM g ORDER BY g.at`;
