import { sql } from '../../../kernel/database/sql.js';

export interface FoldStatusRow {
  /** Since the last fold that left nothing behind; at least the age of what is in no rollup yet. */
  sinceFoldSeconds: number;
  /** Attempts and versions that are in no rollup yet, counted to `limit`. */
  tailRows: number;
  rebuilds: number;
  isRebasing: boolean;
}

export const readFoldStatus = (p: { limit: number }) => sql<FoldStatusRow>('statistics.read-fold-status')`
  SELECT greatest(extract(epoch FROM clock_timestamp() - s.folded_at), 0)::float8 AS "sinceFoldSeconds",
         t.rows::int AS "tailRows", r.rows::int AS "rebuilds", s.rebasing AS "isRebasing"
    FROM statistics_state s
   CROSS JOIN LATERAL (
     SELECT count(*) AS rows
       FROM ((SELECT FROM delivery_attempts a WHERE a.written_in >= s.horizon ORDER BY a.written_in LIMIT ${p.limit})
              UNION ALL
             (SELECT FROM superseded_attempts v WHERE v.superseded_in >= s.horizon ORDER BY v.superseded_in LIMIT ${p.limit})
              UNION ALL
             (SELECT FROM unnest(s.in_flight) f (id)
               CROSS JOIN LATERAL ((SELECT FROM delivery_attempts a WHERE a.written_in = f.id LIMIT ${p.limit})
                                    UNION ALL
                                   (SELECT FROM superseded_attempts v WHERE v.superseded_in = f.id LIMIT ${p.limit})) x
               LIMIT ${p.limit})) x) t
   CROSS JOIN (SELECT count(*) AS rows FROM (SELECT FROM statistics_rebuilds LIMIT ${p.limit}) x) r`;
