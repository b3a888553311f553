import { constant, fragment, type Bindable } from '../../../kernel/database/sql.js';
import { durationsOf, removedTimesCte } from './removed-figures.js';
import { durationBin } from './rollup-deltas.js';

/** `figures`: the totals of each scope, from statistics_totals of `scopes` and the delta. */
export const figuresCte = (userId: Bindable<string>) => fragment`
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

/** `times`: of each scope its first and last event with a time, from the index of each endpoint, and what was removed. */
export const timesCte = (userId: Bindable<string>) => fragment`${removedTimesCte(userId)}, times AS (
    SELECT m.scope_id, least(min(f.at), min(r.first_at)) AS first_at, greatest(max(l.at), max(r.last_at)) AS last_at
      FROM members m
      LEFT JOIN LATERAL (
        SELECT a.event_ingested_at AS at FROM delivery_attempts a
         WHERE a.endpoint_id = m.endpoint_id AND a.event_ingested_at > '-infinity'
         ORDER BY a.event_ingested_at LIMIT 1) f ON true
      LEFT JOIN LATERAL (
        SELECT a.event_ingested_at AS at FROM delivery_attempts a
         WHERE a.endpoint_id = m.endpoint_id AND a.event_ingested_at > '-infinity'
         ORDER BY a.event_ingested_at DESC LIMIT 1) l ON true
      LEFT JOIN removed_times r ON r.endpoint_id = m.endpoint_id
     GROUP BY m.scope_id
  )`;

/** `tail_bins`: what the tail changes of each endpoint's attempts by duration, and the bounds of what came. */
export const tailBinsCte = fragment`
  tail_bins AS MATERIALIZED (
    SELECT t.endpoint_id, t.bin, sum(t.s)::int AS attempts, min(t.duration_ms) FILTER (WHERE t.s > 0) AS min_ms,
           max(t.duration_ms) FILTER (WHERE t.s > 0) AS max_ms
      FROM (SELECT t.endpoint_id, ${durationBin(fragment`t.duration_ms`)} AS bin, t.s, t.duration_ms
              FROM tail t
             WHERE t.duration_ms IS NOT NULL) t
     GROUP BY t.endpoint_id, t.bin
  )`;

/**
 * `extremes`: each scope's shortest and longest attempt, from the first and last bin of each endpoint that is not deleted: of
 * those that are, attempts go all the time, and the fold does not look for the bounds that their bins have then. `loose`: an attempt
 * went that was one of them, and is still in the rollups: then they are not known from here.
 */
export const extremesCtes = (userId: Bindable<string>) => {
  const outermost = (bound: 'min' | 'max') => fragment`
      LEFT JOIN LATERAL (
        SELECT d.${constant(bound)}_ms AS ms
          FROM statistics_durations d
         WHERE d.user_id = ${userId} AND d.endpoint_id = m.endpoint_id AND d.attempts > 0
           AND d.attempts + coalesce((SELECT t.attempts FROM tail_bins t
                                       WHERE t.endpoint_id = d.endpoint_id AND t.bin = d.bin), 0) > 0
         ORDER BY d.bin ${constant(bound === 'min' ? 'ASC' : 'DESC')} LIMIT 1) ${constant(bound)} ON true`;
  return fragment`
  remaining AS MATERIALIZED (
    SELECT m.endpoint_id, m.scope_id
      FROM members m
      JOIN endpoints p ON p.user_id = ${userId} AND p.id = m.endpoint_id AND p.deleted_at IS NULL
  ), extremes AS MATERIALIZED (
    SELECT x.scope_id, min(x.min_ms) AS min_ms, max(x.max_ms) AS max_ms
      FROM (SELECT m.scope_id, min.ms AS min_ms, max.ms AS max_ms
              FROM remaining m ${outermost('min')} ${outermost('max')}
             UNION ALL
            SELECT m.scope_id, t.min_ms, t.max_ms FROM tail_bins t JOIN remaining m ON m.endpoint_id = t.endpoint_id
             UNION ALL
            SELECT m.scope_id, min(r.min_ms), max(r.max_ms)
              FROM remaining m
              JOIN statistics_removed_durations r ON r.endpoint_id = m.endpoint_id
             GROUP BY m.scope_id) x
     GROUP BY x.scope_id
  ), loose AS (
    SELECT EXISTS (SELECT FROM tail t
                     JOIN remaining m ON m.endpoint_id = t.endpoint_id
                     JOIN extremes e ON e.scope_id = t.scope_id
                    WHERE t.s < 0 AND (t.duration_ms <= e.min_ms OR t.duration_ms >= e.max_ms)) AS is_loose
  )`;
};

const atRank = (rank: string) => `h.middles[width_bucket(${rank}::bigint, h.uptos) + 1]`;
const percentile = (name: string, fraction: string) => {
  const place = `(${fraction}::float8 * (h.total - 1))`;
  const [lower, upper] = [`floor(${place})`, `ceil(${place})`];
  return `${atRank(lower)} + (${place} - ${lower}) * (${atRank(upper)} - ${atRank(lower)}) AS ${name}`;
};

/**
 * `percentiles` of each of `wanted` (id), interpolated between the values of two ranks as percentile_cont does it. A rank's
 * value is the middle of its bin: at most 1 % off, exact where the bin has one value. The ranks are looked up in `uptos`,
 * the number of attempts up to each bin. Materialized: the planner takes the endpoints to be one.
 */
export const percentilesCte = (userId: Bindable<string>) => fragment`
  percentiles AS MATERIALIZED (
    SELECT h.id, ${constant(percentile('p50', '0.50'))}, ${constant(percentile('p95', '0.95'))},
           ${constant(percentile('p99', '0.99'))}
      FROM (SELECT w.id, h.uptos, h.middles, h.total
              FROM wanted w
             CROSS JOIN LATERAL (
               SELECT array_agg(b.upto) AS uptos, array_agg(b.middle_ms) AS middles, max(b.upto) AS total
                 FROM (SELECT sum(b.attempts) OVER (ORDER BY b.bin ROWS UNBOUNDED PRECEDING) AS upto,
                              (b.min_ms + b.max_ms::bigint) / 2.0::float8 AS middle_ms
                         FROM (SELECT bin, coalesce(d.attempts, 0) + coalesce(t.attempts, 0) AS attempts,
                                      least(d.min_ms, t.min_ms) AS min_ms, greatest(d.max_ms, t.max_ms) AS max_ms
                                 FROM (${durationsOf(userId, 'w.id')}) d
                                 FULL JOIN (SELECT t.bin, t.attempts, t.min_ms, t.max_ms FROM tail_bins t
                                             WHERE t.endpoint_id = w.id) t USING (bin)) b
                        WHERE b.attempts > 0
                        ORDER BY b.bin) b) h) h
  )`;
