import { sql } from '../../../../kernel/database/sql.js';

/**
 * From where on looks at pg_stat_statements are of a window alone: the first that ended in it began before it. null: none has
 * ended in it.
 */
export const findClearTurns = (p: { windows: readonly { from: string; until: string }[] }) =>
  sql<{ clearFrom: string | null }>('monitoring.find-clear-turns')`
  SELECT to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "clearFrom"
    FROM unnest(${p.windows.map(({ from }) => from)}::timestamptz[], ${p.windows.map(({ until }) => until)}::timestamptz[])
           WITH ORDINALITY w (start, stop, place)
    LEFT JOIN LATERAL (
           SELECT t.at + INTERVAL '1 microsecond' AS at
             FROM ethhook_admin_statement_turns t WHERE t.at >= w.start AND t.at < w.stop ORDER BY t.at LIMIT 1) l ON true
   ORDER BY w.place`;
