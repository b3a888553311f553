import { sql } from '../../../../kernel/database/sql.js';
import { movedIn, type StatementRange } from './figures.js';

export interface HotStatementRow {
  queryid: string;
  text: string;
}

/** What took the most time in the range, of what a plan can be asked for. */
export const listHot = (p: StatementRange & { limit: number }) => sql<HotStatementRow>('monitoring.list-hot')`
  SELECT k.queryid::text AS "queryid", x.text AS "text"
    FROM ${movedIn(p)} d
    JOIN ethhook_admin_statements k ON k.id = d.statement_id
    JOIN ethhook_admin_statement_texts x ON x.queryid = k.queryid
   WHERE k.toplevel AND x.kind = 'plannable' AND NOT x.is_masked AND NOT x.is_truncated
   GROUP BY k.queryid, x.queryid
   ORDER BY sum(d.exec_ms) DESC NULLS LAST, k.queryid
   LIMIT ${p.limit}`;
