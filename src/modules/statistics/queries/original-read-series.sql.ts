import { fragment, nodeMoment, nothing, sql } from '../../../kernel/database/sql.js';
import type { SeriesFilter, SeriesRow } from '../statistics.reads.js';
import type { RowOrMoment } from './row-or-moment.js';

const strideOf = { '5m': '5 minutes', hour: '1 hour', day: '1 day' } as const;

/**
 * Events and attempts by 5 minutes, hour or day (UTC) of the event's ingested_at; a quiet bucket is a row of zeros.
 * Buckets at the edges of the window are partial: the window is exact to the microsecond. No bucket at all when the
 * application or endpoint is not the user's.
 */
export const originalReadSeries = (p: SeriesFilter) => {
  const inScope = scopeOf(p);
  const ofChains = p.chainIds === undefined ? nothing : fragment`AND ep.chain_ids && ${p.chainIds}::int[]`;
  const withOutcome = p.success === undefined ? nothing : fragment`AND da.success = ${p.success}`;
  const stride = strideOf[p.bucket];
  return sql<RowOrMoment<SeriesRow, 'timestamp'>>('statistics.original-read-series')`
  WITH bounds AS (
    SELECT coalesce(${p.from}::timestamptz,
                    coalesce(${p.to}::timestamptz, ${nodeMoment}) - make_interval(hours => ${p.hours})) AS start,
           coalesce(${p.to}::timestamptz, 'infinity') AS stop
     ${inScope.exists}
  ), tenant_endpoints AS MATERIALIZED (
    SELECT ep.id
      FROM applications a
      JOIN endpoints ep ON ep.application_id = a.id
     WHERE a.user_id = ${p.userId} ${inScope.filter} ${ofChains}
  ), per_event AS (
    SELECT e.ingested_at,
           count(*) AS deliveries,
           count(*) FILTER (WHERE da.success) AS successes,
           count(*) FILTER (WHERE NOT da.success) AS failures,
           count(da.duration_ms) AS durations,
           sum(da.duration_ms) AS duration_sum_ms
      FROM bounds b
      JOIN events e ON e.ingested_at >= b.start AND e.ingested_at < b.stop
      JOIN delivery_attempts da ON da.event_id = e.id
     WHERE da.endpoint_id IN (SELECT te.id FROM tenant_endpoints te) ${withOutcome}
     GROUP BY e.id
  ), counted AS (
    SELECT date_bin(${stride}::interval, pe.ingested_at, timestamptz 'epoch') AS bucket,
           count(*) AS events,
           sum(pe.deliveries)::bigint AS deliveries,
           sum(pe.successes)::bigint AS successes,
           sum(pe.failures)::bigint AS failures,
           (sum(pe.duration_sum_ms) / nullif(sum(pe.durations), 0))::float8 AS avg_duration_ms
      FROM per_event pe
     GROUP BY 1
  ), calendar AS (
    SELECT generate_series(date_bin(${stride}::interval, b.start, timestamptz 'epoch'),
                           least(b.stop - interval '1 microsecond', ${nodeMoment}),
                           ${stride}::interval) AS bucket
      FROM bounds b
  ), series AS (
    SELECT bucket,
           coalesce(c.events, 0) AS events,
           coalesce(c.deliveries, 0) AS deliveries,
           coalesce(c.successes, 0) AS successes,
           coalesce(c.failures, 0) AS failures,
           c.avg_duration_ms
      FROM calendar
      FULL JOIN counted c USING (bucket)
  )
  SELECT moment.at AS "asOf",
         s.bucket AS "timestamp",
         s.events AS "events",
         s.deliveries AS "deliveries",
         s.successes AS "successes",
         s.failures AS "failures",
         s.avg_duration_ms AS "avgDurationMs"
    FROM (SELECT ${nodeMoment} AS at) moment
    LEFT JOIN series s ON true
   ORDER BY s.bucket`;
};

function scopeOf({ userId, scope }: SeriesFilter) {
  switch (scope.kind) {
    case 'user':
      return { exists: nothing, filter: nothing };
    case 'application':
      return {
        exists: fragment`WHERE EXISTS (SELECT
                     FROM applications a
                    WHERE a.id = ${scope.id}
                      AND a.user_id = ${userId}
                      AND a.deleted_at IS NULL)`,
        filter: fragment`AND a.id = ${scope.id}`,
      };
    case 'endpoint':
      return {
        exists: fragment`WHERE EXISTS (SELECT
                     FROM endpoints ep
                     JOIN applications a ON a.id = ep.application_id
                    WHERE ep.id = ${scope.id}
                      AND a.user_id = ${userId}
                      AND ep.deleted_at IS NULL)`,
        filter: fragment`AND ep.id = ${scope.id}`,
      };
  }
}
