import { fragment } from '../../../kernel/database/sql.js';
import { durationBin } from './rollup-deltas.js';

/** `figures`: the totals of each scope, from statistics_totals of `scopes` and the delta. */
export const figuresCte = (userId: string) => fragment`
  figures AS (
    SELECT x.scope_id, sum(x.events)::bigint AS events, sum(x.attempts)::bigint AS attempts, sum(x.ok)::bigint AS ok,
           sum(x.failed)::bigint AS failed, (sum(x.ms)::numeric / nullif(sum(x.timed), 0))::float8 AS avg_ms
      FROM (SELECT sc.out_id AS scope_id, t.events, t.attempts, t.ok, t.failed, t.ms, t.timed
              FROM scopes sc
              JOIN statistics_totals t ON t.user_id = ${userId} AND t.scope_id = sc.scope_id
             UNION ALL
            SELECT d.scope_id, d.events, d.attempts, d.ok, d.failed, d.ms, d.timed FROM delta d) x
     GROUP BY x.scope_id
  )`;

/** `times`: of each scope its first and last event with a time, from the index of each endpoint. */
export const timesCte = (userId: string) => fragment`
  times AS (
    SELECT m.scope_id, min(f.at) AS first_at, max(l.at) AS last_at
      FROM members m
      LEFT JOIN LATERAL (
        SELECT a.event_ingested_at AS at FROM delivery_attempts a
         WHERE a.user_id = ${userId} AND a.endpoint_id = m.endpoint_id AND a.event_ingested_at > '-infinity'
         ORDER BY a.event_ingested_at LIMIT 1) f ON true
      LEFT JOIN LATERAL (
        SELECT a.event_ingested_at AS at FROM delivery_attempts a
         WHERE a.user_id = ${userId} AND a.endpoint_id = m.endpoint_id AND a.event_ingested_at > '-infinity'
         ORDER BY a.event_ingested_at DESC LIMIT 1) l ON true
     GROUP BY m.scope_id
  )`;

/**
 * `bins`: each scope's attempts by duration. `loose`: an attempt went that was the shortest or longest of its scope, and is
 * still in the rollups: then the bounds are not known from here.
 */
export const binsCtes = (userId: string) => fragment`
  bins AS MATERIALIZED (
    SELECT x.scope_id, x.bin, sum(x.attempts)::int AS attempts, min(x.min_ms) AS min_ms, max(x.max_ms) AS max_ms
      FROM (SELECT m.scope_id, d.bin, d.attempts, d.min_ms, d.max_ms
              FROM members m
              JOIN statistics_durations d ON d.user_id = ${userId} AND d.endpoint_id = m.endpoint_id
             WHERE d.attempts > 0
             UNION ALL
            SELECT t.scope_id, ${durationBin(fragment`t.duration_ms`)}, t.s,
                   CASE WHEN t.s > 0 THEN t.duration_ms END, CASE WHEN t.s > 0 THEN t.duration_ms END
              FROM tail t
             WHERE t.duration_ms IS NOT NULL) x
     GROUP BY x.scope_id, x.bin
    HAVING sum(x.attempts) > 0
  ), extremes AS MATERIALIZED (
    SELECT b.scope_id, min(b.min_ms) AS min_ms, max(b.max_ms) AS max_ms FROM bins b GROUP BY b.scope_id
  ), loose AS (
    SELECT EXISTS (SELECT FROM tail t
                     JOIN extremes e ON e.scope_id = t.scope_id
                    WHERE t.s < 0 AND (t.duration_ms <= e.min_ms OR t.duration_ms >= e.max_ms)) AS is_loose
  )`;
