import { constant, fragment, sql } from '../../../kernel/database/sql.js';
import {
  liveColumns,
  liveCtes,
  type LiveOptions,
  type LiveRow,
  type LiveScope,
  windowCtes,
} from '../../events/index.js';
import type { EndpointStatisticsRow } from '../statistics.reads.js';
import { binsCtes, figuresCte, timesCte } from './live-figures.js';

export type LiveEndpointRow = LiveRow & (EndpointStatisticsRow | { endpointId: null });

/** The middle of the bin that holds the value of a rank: at most 1 % off, exact where the bin has one value. */
const atRank = (rank: string) =>
  `max(b.middle_ms) FILTER (WHERE b.upto - b.attempts <= ${rank} AND ${rank} < b.upto)`;
const percentile = (name: string) =>
  constant(
    `${atRank(`r.${name}_floor`)} + max(r.${name} - r.${name}_floor) * (${atRank(`r.${name}_ceil`)} - ${atRank(`r.${name}_floor`)})`,
  );
/** The place of a percentile among `total` values, as percentile_cont has it: between two ranks, from 0 on. */
const place = (name: string, fraction: string) =>
  constant(`${fraction}::float8 * (t.total - 1) AS ${name}, floor(${fraction}::float8 * (t.total - 1))::bigint AS ${name}_floor,
           ceil(${fraction}::float8 * (t.total - 1))::bigint AS ${name}_ceil`);

/**
 * Figures of those of the endpoints that are the user's, in one statement however many they are. Percentiles are
 * interpolated between neighbours as percentile_cont does it, from the histogram.
 */
export const liveReadEndpoints = (p: {
  userId: string;
  endpointIds: readonly string[];
  options: LiveOptions;
}) => {
  const scope: LiveScope = {
    userId: p.userId,
    members: fragment`
    SELECT m.endpoint_id, m.endpoint_id AS scope_id
      FROM statistics_endpoints m
     WHERE m.user_id = ${p.userId} AND m.endpoint_id = ANY (${p.endpointIds}::uuid[])`,
    parts: ['all'],
  };
  return sql<LiveEndpointRow>('statistics.live-read-endpoints')`
  WITH ${liveCtes(scope, p.options)}, wanted AS MATERIALIZED (
    SELECT p.id, p.name, p.webhook_url, p.health_status
      FROM endpoints p
     WHERE p.user_id = ${p.userId} AND p.id = ANY (${p.endpointIds}::uuid[])
  ), scopes AS (
    SELECT w.id AS scope_id, w.id AS out_id FROM wanted w
  ), ${windowCtes(scope, p.options, { bucket: 'hour', from: null, to: null, hours: 24 })}, today AS (
    SELECT x.scope_id, sum(x.events)::bigint AS events FROM pieces x GROUP BY x.scope_id
  ), ${figuresCte(p.userId)}, ${timesCte(p.userId)}, ${binsCtes(p.userId)}, ranks AS MATERIALIZED (
    SELECT t.scope_id, ${place('p50', '0.50')}, ${place('p95', '0.95')}, ${place('p99', '0.99')}
      FROM (SELECT b.scope_id, sum(b.attempts) AS total FROM bins b GROUP BY b.scope_id) t
  ), percentiles AS (
    SELECT r.scope_id, ${percentile('p50')} AS p50, ${percentile('p95')} AS p95, ${percentile('p99')} AS p99
      FROM (SELECT b.scope_id, b.attempts, (b.min_ms + b.max_ms::bigint) / 2.0::float8 AS middle_ms,
                   sum(b.attempts) OVER (PARTITION BY b.scope_id ORDER BY b.bin) AS upto
              FROM bins b) b
      JOIN ranks r ON r.scope_id = b.scope_id
     GROUP BY r.scope_id
  )
  SELECT ${liveColumns(p.options)},
         w.id AS "endpointId", w.name, w.webhook_url AS "webhookUrl", w.health_status AS "healthStatus",
         coalesce(f.events, 0) AS "eventsTotal", coalesce(y.events, 0) AS "events24h",
         coalesce(f.attempts, 0) AS "deliveries", coalesce(f.ok, 0) AS "successes", coalesce(f.failed, 0) AS "failures",
         f.avg_ms AS "avgDurationMs", q.p50 AS "p50DurationMs", q.p95 AS "p95DurationMs", q.p99 AS "p99DurationMs",
         t.first_at AS "firstEventAt", t.last_at AS "lastEventAt",
         coalesce(t.last_at > s.as_of - INTERVAL '24 hours', false) AS "activeToday",
         coalesce(t.last_at > s.as_of - INTERVAL '7 days', false) AS "activeThisWeek"
    FROM state s
   CROSS JOIN behind bh
    LEFT JOIN wanted w ON true
    LEFT JOIN figures f ON f.scope_id = w.id
    LEFT JOIN today y ON y.scope_id = w.id
    LEFT JOIN times t ON t.scope_id = w.id
    LEFT JOIN percentiles q ON q.scope_id = w.id`;
};
