import { sql } from '../../../kernel/database/sql.js';

export interface UnfoldedRow {
  /** Of attempts and of versions, counted to `limit` + 1 each. */
  written: string;
  superseded: string;
  /** The transaction of the last one counted, null where there are fewer. */
  writtenAt: string | null;
  supersededAt: string | null;
}

/** How much has come since `horizon`, as far as one step goes. */
export const measureUnfolded = (p: { horizon: string; limit: number }) => sql<UnfoldedRow>(
  'statistics.measure-unfolded',
)`
  SELECT w.count AS "written", s.count AS "superseded",
         CASE WHEN w.count > ${p.limit}::int THEN w.last END AS "writtenAt",
         CASE WHEN s.count > ${p.limit}::int THEN s.last END AS "supersededAt"
    FROM (SELECT count(*) AS count, max(x.written_in::text::numeric)::text AS last
            FROM (SELECT a.written_in FROM delivery_attempts a WHERE a.written_in >= ${p.horizon}::xid8
                   ORDER BY a.written_in LIMIT ${p.limit}::int + 1) x) w
   CROSS JOIN (SELECT count(*) AS count, max(x.superseded_in::text::numeric)::text AS last
            FROM (SELECT v.superseded_in FROM superseded_attempts v WHERE v.superseded_in >= ${p.horizon}::xid8
                   ORDER BY v.superseded_in LIMIT ${p.limit}::int + 1) x) s`;
