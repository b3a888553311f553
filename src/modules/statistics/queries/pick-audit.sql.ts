import { sql } from '../../../kernel/database/sql.js';

export interface AuditedDayRow {
  userId: string;
  /** Half-open, UTC; -infinity is the day of events without a time. */
  from: string;
  to: string;
  /** One of the user's that is not deleted; null where they have none. */
  endpointId: string | null;
}

/**
 * A user whose rollups are meant to be true, likelier the more attempts they have, by the square root, so that the small
 * are met too; and a day of theirs, now from their rollups, now from their attempts, so that what is too much and what is
 * missing are both found.
 */
export const pickAudit = () => sql<AuditedDayRow>('statistics.pick-audit')`
  WITH chosen AS MATERIALIZED (
    SELECT x.user_id, random() < 0.5 AS is_of_rollups, random() AS position
      FROM (SELECT t.user_id, max(t.attempts) AS attempts
              FROM (SELECT t.user_id, t.attempts FROM statistics_totals t WHERE t.kind = 0
                     UNION ALL
                    SELECT u.id, 0 FROM users u) t
             GROUP BY t.user_id) x
     WHERE NOT EXISTS (SELECT FROM statistics_rebuilds r WHERE r.user_id = x.user_id)
     ORDER BY ln(1 - random()) / (1 + sqrt(greatest(x.attempts, 0))) DESC
     LIMIT 1
  ), day AS MATERIALIZED (
    SELECT coalesce(CASE WHEN c.is_of_rollups THEN r.day END, date_trunc('day', a.at, 'UTC'), r.day) AS day
      FROM chosen c
      LEFT JOIN LATERAL (
        SELECT d.bucket AS day FROM statistics_days d
         WHERE d.user_id = c.user_id AND d.scope_id = c.user_id
         ORDER BY random() LIMIT 1) r ON true
      LEFT JOIN LATERAL (
        SELECT min(a.event_ingested_at) AS first, max(a.event_ingested_at) AS last
          FROM delivery_attempts a
         WHERE a.user_id = c.user_id AND a.event_ingested_at > '-infinity') e ON true
      LEFT JOIN LATERAL (
        SELECT a.event_ingested_at AS at FROM delivery_attempts a
         WHERE a.user_id = c.user_id AND a.event_ingested_at >= e.first + c.position * (e.last - e.first)
         ORDER BY a.event_ingested_at LIMIT 1) a ON true
  )
  SELECT c.user_id AS "userId", d.day::text AS "from",
         (CASE WHEN d.day = '-infinity' THEN '4714-11-24 00:00:00+00 BC' ELSE d.day + INTERVAL '1 day' END)::text AS "to",
         (SELECT p.id FROM endpoints p
           WHERE p.user_id = c.user_id AND p.deleted_at IS NULL ORDER BY random() LIMIT 1) AS "endpointId"
    FROM chosen c
    JOIN day d ON d.day IS NOT NULL`;
