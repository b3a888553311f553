import { constant, fragment, sql } from '../../../kernel/database/sql.js';

export interface UnfoldedRow {
  /** Of attempts and of versions, counted to `limit` + 1 each. */
  written: string;
  superseded: string;
  /** The transaction of the last one counted, null where there are fewer. */
  writtenAt: string | null;
  supersededAt: string | null;
}

const unfolded = (table: string, column: string, p: { horizon: string; limit: number }) => fragment`
    SELECT count(*) AS count,
           CASE WHEN count(*) > ${p.limit}::int
                THEN (SELECT a.id::text
                        FROM (SELECT ${constant(column)} AS id FROM ${constant(table)}) a
                       WHERE a.id >= ${p.horizon}::xid8 ORDER BY a.id OFFSET ${p.limit}::int LIMIT 1) END AS last
      FROM (SELECT FROM ${constant(table)} a WHERE a.${constant(column)} >= ${p.horizon}::xid8
             ORDER BY a.${constant(column)} LIMIT ${p.limit}::int + 1) x`;

/** How much has come since `horizon`, as far as one step goes. */
export const measureUnfolded = (p: { horizon: string; limit: number }) => sql<UnfoldedRow>(
  'statistics.measure-unfolded',
)`
  SELECT w.count AS "written", s.count AS "superseded", w.last AS "writtenAt", s.last AS "supersededAt"
    FROM (${unfolded('delivery_attempts', 'written_in', p)}) w
   CROSS JOIN (${unfolded('superseded_attempts', 'superseded_in', p)}) s`;
