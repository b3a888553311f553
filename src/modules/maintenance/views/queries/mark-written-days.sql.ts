import { sql } from '../../../../kernel/database/sql.js';

/**
 * Marks the days of what was written by transaction `from` and later: at most `rows` attempts, and the rest of what the last
 * one's transaction wrote. `upTo` is that transaction; null when there was no more.
 */
export const markWrittenDays = (p: { from: string; rows: number }) => sql<{ upTo: string | null }>(
  'maintenance.mark-written-days',
)`
  WITH last AS MATERIALIZED (
    SELECT a.written_in
      FROM delivery_attempts a
     WHERE a.written_in >= ${p.from}::xid8
     ORDER BY a.written_in OFFSET ${p.rows} LIMIT 1
  ), marked AS (
    INSERT INTO ethhook_admin_daily_changes (user_id, date)
    SELECT DISTINCT a.user_id, (a.attempted_at AT TIME ZONE 'UTC')::date
      FROM delivery_attempts a
     WHERE a.written_in >= ${p.from}::xid8
       AND a.written_in <= coalesce((SELECT l.written_in FROM last l), '18446744073709551615')
       AND a.attempted_at IS NOT NULL
  )
  SELECT (SELECT l.written_in FROM last l)::text AS "upTo"`;

/** Every day of every user. */
export const markAllDays = () => sql<object>('maintenance.mark-all-days')`
  INSERT INTO ethhook_admin_daily_changes (user_id, date) SELECT u.id, '-infinity' FROM users u`;
