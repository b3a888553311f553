import { nodeMoment, sql } from '../../../kernel/database/sql.js';
import type { ApplicationStatisticsRow } from '../statistics.reads.js';
import type { RowOrMoment } from './row-or-moment.js';

/** Figures of those of the applications that are the user's; zeros and nulls for one without attempts. The attempts of
 * deleted endpoints count until they are removed, but for the shortest and the longest. */
export const originalReadApplications = (p: { userId: string; applicationIds: readonly string[] }) =>
  sql<RowOrMoment<ApplicationStatisticsRow, 'applicationId'>>('statistics.original-read-applications')`
  WITH wanted AS MATERIALIZED (
    SELECT a.id
      FROM applications a
     WHERE a.user_id = ${p.userId}
       AND a.id = ANY (${p.applicationIds}::uuid[])
       AND a.deleted_at IS NULL
  ), wanted_endpoints AS MATERIALIZED (
    SELECT ep.id, ep.application_id, ep.is_active, ep.deleted_at
      FROM endpoints ep
     WHERE ep.application_id IN (SELECT w.id FROM wanted w)
  ), per_application AS (
    SELECT we.application_id,
           count(*) AS endpoints,
           count(*) FILTER (WHERE we.is_active) AS active_endpoints
      FROM wanted_endpoints we
     WHERE we.deleted_at IS NULL
     GROUP BY we.application_id
  ), counted AS (
    SELECT we.application_id,
           count(DISTINCT e.id) AS events_total,
           count(DISTINCT e.id) FILTER (WHERE e.ingested_at >= ${nodeMoment} - interval '24 hours') AS events_24h,
           count(*) AS deliveries,
           count(*) FILTER (WHERE da.success) AS successes,
           count(*) FILTER (WHERE NOT da.success) AS failures,
           avg(da.duration_ms)::float8 AS avg_duration_ms,
           min(da.duration_ms) FILTER (WHERE we.deleted_at IS NULL) AS min_duration_ms,
           max(da.duration_ms) FILTER (WHERE we.deleted_at IS NULL) AS max_duration_ms,
           min(e.ingested_at) AS first_event_at,
           max(e.ingested_at) AS last_event_at
      FROM wanted_endpoints we
      JOIN delivery_attempts da ON da.endpoint_id = we.id
      JOIN events e ON e.id = da.event_id
     GROUP BY we.application_id
  )
  SELECT moment.at AS "asOf",
         w.id AS "applicationId",
         coalesce(pa.endpoints, 0) AS "endpointsCount",
         coalesce(pa.active_endpoints, 0) AS "activeEndpoints",
         coalesce(c.events_total, 0) AS "eventsTotal",
         coalesce(c.events_24h, 0) AS "events24h",
         coalesce(c.deliveries, 0) AS "deliveries",
         coalesce(c.successes, 0) AS "successes",
         coalesce(c.failures, 0) AS "failures",
         c.avg_duration_ms AS "avgDurationMs",
         c.min_duration_ms AS "minDurationMs",
         c.max_duration_ms AS "maxDurationMs",
         c.first_event_at AS "firstEventAt",
         c.last_event_at AS "lastEventAt"
    FROM (SELECT ${nodeMoment} AS at) moment
    LEFT JOIN wanted w ON true
    LEFT JOIN per_application pa ON pa.application_id = w.id
    LEFT JOIN counted c ON c.application_id = w.id`;
