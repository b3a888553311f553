import { nodeMoment, sql } from '../../../kernel/database/sql.js';
import type { DashboardRow } from '../statistics.reads.js';

/**
 * All figures of the dashboard, of one moment. An event counts when an attempt was made at an endpoint of the
 * user; `eventsToday` are those ingested in the trailing 24 hours (by the event's ingested_at, not by
 * attempted_at, with which a retry today would count yesterday's event).
 */
export const originalReadDashboard = (p: { userId: string }) =>
  sql<DashboardRow & { asOf: string }>('statistics.original-read-dashboard')`
  WITH tenant_endpoints AS MATERIALIZED (
    SELECT ep.id, ep.is_active AND ep.deleted_at IS NULL AS is_active
      FROM applications a
      JOIN endpoints ep ON ep.application_id = a.id
     WHERE a.user_id = ${p.userId}
  ), per_event AS (
    SELECT da.event_id,
           count(*) AS deliveries,
           count(*) FILTER (WHERE da.success) AS successes,
           count(*) FILTER (WHERE NOT da.success) AS failures,
           count(da.duration_ms) AS durations,
           sum(da.duration_ms) AS duration_sum_ms
      FROM delivery_attempts da
     WHERE da.endpoint_id IN (SELECT te.id FROM tenant_endpoints te)
     GROUP BY da.event_id
  ), today AS (
    SELECT count(*) AS events
      FROM events e
     WHERE e.ingested_at >= ${nodeMoment} - interval '24 hours'
       AND EXISTS (SELECT
                     FROM delivery_attempts da
                    WHERE da.event_id = e.id
                      AND da.endpoint_id IN (SELECT te.id FROM tenant_endpoints te))
  )
  SELECT ${nodeMoment} AS "asOf",
         (SELECT today.events FROM today) AS "eventsToday",
         count(*) AS "eventsTotal",
         coalesce(sum(pe.deliveries), 0)::bigint AS "deliveries",
         coalesce(sum(pe.successes), 0)::bigint AS "successes",
         coalesce(sum(pe.failures), 0)::bigint AS "failures",
         (sum(pe.duration_sum_ms) / nullif(sum(pe.durations), 0))::float8 AS "avgDurationMs",
         (SELECT count(*) FROM tenant_endpoints te WHERE te.is_active) AS "activeEndpoints"
    FROM per_event pe`;
