/**
 * The original four-table SQL of the optimisation plan ("Problem 1" to "Problem 3"), completed where the plan
 * quotes only a part of it. Our answers are compared with what these give on the same database; they are slow,
 * and that is their point. `$1` is the user; a window is [$2, $3) of the event's ingested_at.
 */
const tenantJoins = `
  FROM events e
  JOIN delivery_attempts da ON e.id = da.event_id
  JOIN endpoints ep ON da.endpoint_id = ep.id
  JOIN applications a ON ep.application_id = a.id`;

export const originalDashboard = `
  SELECT
    (SELECT COUNT(DISTINCT e.id) ${tenantJoins}
      WHERE a.user_id = $1 AND e.ingested_at >= NOW() - INTERVAL '24 hours')::int AS events_today,
    (SELECT COUNT(DISTINCT e.id) ${tenantJoins} WHERE a.user_id = $1)::int AS events_total,
    COUNT(da.id)::int AS total_deliveries,
    (COUNT(*) FILTER (WHERE da.success = true))::int AS successful_deliveries,
    (COUNT(*) FILTER (WHERE da.success = false))::int AS failed_deliveries,
    AVG(da.duration_ms)::float8 AS avg_delivery_time_ms,
    (SELECT COUNT(*) FROM endpoints ep JOIN applications a ON ep.application_id = a.id
      WHERE a.user_id = $1 AND ep.is_active = true)::int AS active_endpoints
  FROM delivery_attempts da
  JOIN endpoints ep ON da.endpoint_id = ep.id
  JOIN applications a ON ep.application_id = a.id
  WHERE a.user_id = $1`;

/** $4 the bucket, $5 the chains or NULL, $6 the outcome or NULL; buckets without events are missing. */
export const originalTimeseries = `
  SELECT date_trunc($4, e.ingested_at, 'UTC') AS timestamp,
         COUNT(DISTINCT e.id)::int AS event_count,
         COUNT(da.id)::int AS delivery_count,
         (COUNT(da.id) FILTER (WHERE da.success = true))::int AS successful_deliveries,
         (COUNT(da.id) FILTER (WHERE da.success = false))::int AS failed_deliveries,
         CAST(AVG(da.duration_ms) FILTER (WHERE da.duration_ms IS NOT NULL) AS DOUBLE PRECISION) AS avg_latency_ms
  ${tenantJoins}
  WHERE a.user_id = $1 AND e.ingested_at >= $2 AND e.ingested_at < $3
    AND ($5::int[] IS NULL OR ep.chain_ids && $5)
    AND ($6::boolean IS NULL OR da.success = $6)
  GROUP BY 1
  ORDER BY 1`;

/** All events of the user ($2: of one endpoint, or NULL) with the user's attempts, newest first. */
export const originalEvents = `
  SELECT e.id,
         COUNT(da.id)::int AS delivery_count,
         (COUNT(da.id) FILTER (WHERE da.success = true))::int AS successful_deliveries,
         (COUNT(da.id) FILTER (WHERE da.success IS NOT NULL))::int AS outcomes
  ${tenantJoins}
  WHERE a.user_id = $1 AND ($2::uuid IS NULL OR ep.id = $2)
  GROUP BY e.id
  ORDER BY e.ingested_at DESC NULLS LAST, e.id DESC`;
