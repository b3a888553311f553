import { constant, fragment, sql } from '../../../../kernel/database/sql.js';
import type { MarkedDayRow } from './list-marked-days.sql.js';

/** So that the user is there when the rows that refer to it are written; no row when it is gone. */
export const lockUserOfDays = (p: { userId: string }) => sql<object>('maintenance.lock-user-of-days')`
  SELECT FROM users u WHERE u.id = ${p.userId} FOR KEY SHARE`;

export const hasRetention = () => sql<{ isThere: boolean }>('maintenance.has-retention')`
  SELECT to_regclass('public.ethhook_admin_retention') IS NOT NULL AS "isThere"`;

/** The first day that retention has left whole. What it has removed was ingested and tried before its time. */
const firstWholeDay = fragment`(
    SELECT coalesce(max(t.at::date + (t.at::date < t.at)::int), '-infinity')
      FROM (SELECT r.attempts_before AT TIME ZONE 'UTC' AS at FROM ethhook_admin_retention r) t)`;

const figures = constant(
  'event_count, delivery_count, successful_deliveries, failed_deliveries, duration_count, duration_sum_ms',
);

/**
 * Counts one day of a user anew, or all of them, and takes their marks away: the statement's one snapshot sees both the marks
 * and all that they stand for. Days of which retention has removed attempts stay as they were counted. Returns how many
 * rows are other now.
 */
export const recountDays = (p: MarkedDayRow & { isRetained: boolean }) => {
  const isOfDay = (
    column: string,
  ) => fragment`(${p.date}::date = '-infinity' OR ${constant(column)} = ${p.date}::date)
       AND ${constant(column)} >= (SELECT k.day FROM kept_from k)`;
  return sql<{ changed: number }>('maintenance.recount-days')`
  WITH taken AS (
    DELETE FROM ethhook_admin_daily_changes c
     WHERE c.user_id = ${p.userId} AND (${p.date}::date = '-infinity' OR c.date = ${p.date}::date)
  ), kept_from AS MATERIALIZED (
    SELECT ${p.isRetained ? firstWholeDay : fragment`'-infinity'::date`} AS day
  ), bounds AS MATERIALIZED (
    SELECT greatest(${p.date}::date, k.day)::timestamp AT TIME ZONE 'UTC' AS first,
           CASE WHEN ${p.date}::date = '-infinity' THEN 'infinity' ELSE (${p.date}::date + 1)::timestamp AT TIME ZONE 'UTC' END AS last
      FROM kept_from k
  ), counted AS MATERIALIZED (
    SELECT a.date, count(DISTINCT a.event_id) AS event_count, count(*) AS delivery_count,
           count(*) FILTER (WHERE a.success) AS successful_deliveries,
           count(*) FILTER (WHERE NOT a.success) AS failed_deliveries,
           count(a.duration_ms) AS duration_count, coalesce(sum(a.duration_ms), 0) AS duration_sum_ms
      FROM (SELECT (d.attempted_at AT TIME ZONE 'UTC')::date AS date, d.event_id, d.success, d.duration_ms
              FROM endpoints p
             CROSS JOIN bounds b
             CROSS JOIN LATERAL (
               SELECT x.attempted_at, x.event_id, x.success, x.duration_ms
                 FROM delivery_attempts x
                WHERE x.endpoint_id = p.id AND x.attempted_at >= b.first AND x.attempted_at <= b.last
               OFFSET 0) d
             WHERE p.user_id = ${p.userId}) a
     WHERE ${isOfDay('a.date')}
     GROUP BY a.date
  ), removed AS (
    DELETE FROM user_daily_stats s
     WHERE s.user_id = ${p.userId} AND ${isOfDay('s.date')}
       AND NOT EXISTS (SELECT FROM counted c WHERE c.date = s.date)
    RETURNING 1
  ), written AS (
    INSERT INTO user_daily_stats AS s (user_id, date, ${figures})
    SELECT ${p.userId}, c.date, ${figures} FROM counted c
        ON CONFLICT (user_id, date) DO UPDATE
       SET event_count = excluded.event_count, delivery_count = excluded.delivery_count,
           successful_deliveries = excluded.successful_deliveries, failed_deliveries = excluded.failed_deliveries,
           duration_count = excluded.duration_count, duration_sum_ms = excluded.duration_sum_ms, updated_at = now()
     WHERE (s.event_count, s.delivery_count, s.successful_deliveries, s.failed_deliveries, s.duration_count, s.duration_sum_ms)
           IS DISTINCT FROM (excluded.event_count, excluded.delivery_count, excluded.successful_deliveries,
                             excluded.failed_deliveries, excluded.duration_count, excluded.duration_sum_ms)
    RETURNING 1
  )
  SELECT ((SELECT count(*) FROM removed) + (SELECT count(*) FROM written))::int AS "changed"`;
};
