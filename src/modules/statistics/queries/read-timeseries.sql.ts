import { fragment, nothing, sql } from '../../../kernel/database/sql.js';

export interface TimeseriesRow {
  timestamp: string;
  events: string; // int8 arrives as a string
  deliveries: string;
  successes: string;
  failures: string;
  avgDurationMs: number | null;
}

export interface TimeseriesFilter {
  userId: string;
  bucket: 'hour' | 'day';
  /** Start of the half-open window, RFC 3339; null: `hours` before its end. */
  from: string | null;
  /** End of the window; null: open, the newest event counts. */
  to: string | null;
  hours: number;
  chainIds?: readonly number[] | undefined;
  success?: boolean | undefined;
}

/**
 * Events and attempts by UTC hour or day of the event's ingested_at; a quiet bucket is a row of zeros.
 * Buckets at the edges of the window are partial: the window is exact to the microsecond.
 */
export const readTimeseries = (p: TimeseriesFilter) => {
  const ofChains = p.chainIds === undefined ? nothing : fragment`AND ep.chain_ids && ${p.chainIds}::int[]`;
  const withOutcome = p.success === undefined ? nothing : fragment`AND da.success = ${p.success}`;
  return sql<TimeseriesRow>('statistics.read-timeseries')`
  WITH bounds AS (
    SELECT coalesce(${p.from}::timestamptz,
                    coalesce(${p.to}::timestamptz, now()) - make_interval(hours => ${p.hours})) AS start,
           coalesce(${p.to}::timestamptz, 'infinity') AS stop
  ), tenant_endpoints AS MATERIALIZED (
    SELECT ep.id
      FROM applications a
      JOIN endpoints ep ON ep.application_id = a.id
     WHERE a.user_id = ${p.userId} ${ofChains}
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
    SELECT date_trunc(${p.bucket}, pe.ingested_at, 'UTC') AS bucket,
           count(*) AS events,
           sum(pe.deliveries)::bigint AS deliveries,
           sum(pe.successes)::bigint AS successes,
           sum(pe.failures)::bigint AS failures,
           (sum(pe.duration_sum_ms) / nullif(sum(pe.durations), 0))::float8 AS avg_duration_ms
      FROM per_event pe
     GROUP BY 1
  ), calendar AS (
    SELECT generate_series(date_trunc(${p.bucket}, b.start, 'UTC'),
                           least(b.stop - interval '1 microsecond', now()),
                           ('1 ' || ${p.bucket})::interval) AS bucket
      FROM bounds b
  )
  SELECT bucket AS "timestamp",
         coalesce(c.events, 0) AS "events",
         coalesce(c.deliveries, 0) AS "deliveries",
         coalesce(c.successes, 0) AS "successes",
         coalesce(c.failures, 0) AS "failures",
         c.avg_duration_ms AS "avgDurationMs"
    FROM calendar
    FULL JOIN counted c USING (bucket)
   ORDER BY bucket`;
};
