import { nodeMoment, sql } from '../../../kernel/database/sql.js';
import type { EndpointPerformanceRow } from '../statistics.reads.js';
import type { RowOrMoment } from './row-or-moment.js';

/** Every endpoint of the application, if it is the user's, those without attempts too; most events first, then by id. */
export const originalReadPerformance = (p: { userId: string; applicationId: string }) =>
  sql<RowOrMoment<EndpointPerformanceRow, 'endpointId'>>('statistics.original-read-performance')`
  WITH wanted AS MATERIALIZED (
    SELECT ep.id, ep.name, ep.webhook_url
      FROM applications a
      JOIN endpoints ep ON ep.application_id = a.id
     WHERE a.user_id = ${p.userId}
       AND a.id = ${p.applicationId}
       AND ep.deleted_at IS NULL
  ), counted AS (
    SELECT da.endpoint_id,
           count(DISTINCT e.id) AS events,
           count(*) AS deliveries,
           count(*) FILTER (WHERE da.success) AS successes,
           avg(da.duration_ms)::float8 AS avg_duration_ms,
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
         coalesce(c.events, 0) AS "events",
         coalesce(c.deliveries, 0) AS "deliveries",
         coalesce(c.successes, 0) AS "successes",
         c.avg_duration_ms AS "avgDurationMs",
         c.last_event_at AS "lastEventAt"
    FROM (SELECT ${nodeMoment} AS at) moment
    LEFT JOIN wanted w ON true
    LEFT JOIN counted c ON c.endpoint_id = w.id
   ORDER BY coalesce(c.events, 0) DESC, w.id`;
