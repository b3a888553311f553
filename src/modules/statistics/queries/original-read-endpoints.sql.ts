import { nodeMoment, sql } from '../../../kernel/database/sql.js';
import type { EndpointStatisticsRow } from '../statistics.reads.js';
import type { RowOrMoment } from './row-or-moment.js';

/**
 * Figures of those of the endpoints that are the user's; zeros and nulls for one without attempts. The percentiles are
 * interpolated between neighbours, over the attempts with a duration.
 */
export const originalReadEndpoints = (p: { userId: string; endpointIds: readonly string[] }) =>
  sql<RowOrMoment<EndpointStatisticsRow, 'endpointId'>>('statistics.original-read-endpoints')`
  WITH wanted AS MATERIALIZED (
    SELECT ep.id, ep.name, ep.webhook_url, ep.health_status
      FROM applications a
      JOIN endpoints ep ON ep.application_id = a.id
     WHERE a.user_id = ${p.userId}
       AND ep.id = ANY (${p.endpointIds}::uuid[])
       AND ep.deleted_at IS NULL
  ), counted AS (
    SELECT da.endpoint_id,
           count(DISTINCT e.id) AS events_total,
           count(DISTINCT e.id) FILTER (WHERE e.ingested_at >= ${nodeMoment} - interval '24 hours') AS events_24h,
           count(*) AS deliveries,
           count(*) FILTER (WHERE da.success) AS successes,
           count(*) FILTER (WHERE NOT da.success) AS failures,
           avg(da.duration_ms)::float8 AS avg_duration_ms,
           percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY da.duration_ms) AS percentiles_ms,
           min(e.ingested_at) AS first_event_at,
           max(e.ingested_at) AS last_event_at
      FROM delivery_attempts da
      JOIN events e ON e.id = da.event_id
     WHERE da.endpoint_id IN (SELECT w.id FROM wanted w)
     GROUP BY da.endpoint_id
  )
  SELECT moment.at AS "asOf",
         w.id AS "endpointId",
         w.name AS "name",
         w.webhook_url AS "webhookUrl",
         w.health_status AS "healthStatus",
         coalesce(c.events_total, 0) AS "eventsTotal",
         coalesce(c.events_24h, 0) AS "events24h",
         coalesce(c.deliveries, 0) AS "deliveries",
         coalesce(c.successes, 0) AS "successes",
         coalesce(c.failures, 0) AS "failures",
         c.avg_duration_ms AS "avgDurationMs",
         c.percentiles_ms[1] AS "p50DurationMs",
         c.percentiles_ms[2] AS "p95DurationMs",
         c.percentiles_ms[3] AS "p99DurationMs",
         c.first_event_at AS "firstEventAt",
         c.last_event_at AS "lastEventAt",
         coalesce(c.last_event_at > ${nodeMoment} - interval '24 hours', false) AS "activeToday",
         coalesce(c.last_event_at > ${nodeMoment} - interval '7 days', false) AS "activeThisWeek"
    FROM (SELECT ${nodeMoment} AS at) moment
    LEFT JOIN wanted w ON true
    LEFT JOIN counted c ON c.endpoint_id = w.id`;
