import { fragment, nothing, sql } from '../../src/kernel/database/sql.js';

// The plan's phase 3: its original queries with delivery_attempts.user_id in place of two joins, and its keyset. They run
// on our schema, which has the plan's column and more indexes than the plan would have given them.

interface Tenant {
  userId: string;
}

/** As the plan writes it: by attempted_at, so that a retry today counts yesterday's event. */
const eventsToday = (p: Tenant) => sql('bench.plan-events-today')`
  SELECT count(DISTINCT da.event_id) AS "count"
    FROM delivery_attempts da
   WHERE da.user_id = ${p.userId} AND da.attempted_at >= now() - interval '24 hours'`;

const eventsTotal = (p: Tenant & { endpointId?: string }) => {
  const ofEndpoint = p.endpointId === undefined ? nothing : fragment`AND da.endpoint_id = ${p.endpointId}`;
  return sql('bench.plan-events-total')`
  SELECT count(DISTINCT da.event_id) AS "count"
    FROM delivery_attempts da
   WHERE da.user_id = ${p.userId} ${ofEndpoint}`;
};

const deliveries = (p: Tenant) => sql('bench.plan-deliveries')`
  SELECT count(*) AS "deliveries", count(*) FILTER (WHERE da.success) AS "successes",
         avg(da.duration_ms) FILTER (WHERE da.duration_ms IS NOT NULL) AS "avgDurationMs"
    FROM delivery_attempts da
   WHERE da.user_id = ${p.userId}`;

const activeEndpoints = (p: Tenant) => sql('bench.plan-active-endpoints')`
  SELECT count(*) AS "count"
    FROM endpoints ep JOIN applications a ON a.id = ep.application_id
   WHERE a.user_id = ${p.userId} AND ep.is_active`;

export const planDashboard = (p: Tenant) => [
  eventsToday(p),
  eventsTotal(p),
  deliveries(p),
  activeEndpoints(p),
];

export const planSeries = (p: Tenant & { bucket: 'hour' | 'day'; hours: number }) => [
  sql('bench.plan-series')`
  SELECT date_trunc(${p.bucket}, e.ingested_at) AS "timestamp", count(DISTINCT e.id) AS "events",
         count(da.id) AS "deliveries", count(*) FILTER (WHERE da.success) AS "successes",
         count(*) FILTER (WHERE NOT da.success) AS "failures", avg(da.duration_ms)::float8 AS "avgDurationMs"
    FROM delivery_attempts da JOIN events e ON e.id = da.event_id
   WHERE da.user_id = ${p.userId} AND e.ingested_at >= now() - make_interval(hours => ${p.hours})
   GROUP BY 1 ORDER BY 1`,
];

/** A page by the plan's keyset (4.3), and the total that the answer has beside it. */
export const planList = (
  p: Tenant & { endpointId?: string; than?: { ingestedAt: string; id: string }; offset?: number },
) => {
  const ofEndpoint = p.endpointId === undefined ? nothing : fragment`AND da.endpoint_id = ${p.endpointId}`;
  const older =
    p.than === undefined
      ? nothing
      : fragment`AND (e.ingested_at, e.id) < (${p.than.ingestedAt}::timestamptz, ${p.than.id}::uuid)`;
  return [
    sql('bench.plan-list')`
  SELECT e.id, e.block_number, e.block_hash, e.transaction_hash, e.log_index, e.contract_address, e.topics, e.data,
         e.ingested_at, e.processed_at, count(*) AS "deliveries", count(*) FILTER (WHERE da.success) AS "successes"
    FROM delivery_attempts da JOIN events e ON e.id = da.event_id
   WHERE da.user_id = ${p.userId} ${ofEndpoint} ${older}
   GROUP BY e.id
   ORDER BY e.ingested_at DESC, e.id DESC
   LIMIT 50 OFFSET ${p.offset ?? 0}`,
    eventsTotal(p),
  ];
};

export const planChainDistribution = (p: Tenant) => [
  sql('bench.plan-chain-distribution')`
  SELECT chain.id AS "chainId", count(DISTINCT da.event_id) AS "events"
    FROM delivery_attempts da JOIN endpoints ep ON ep.id = da.endpoint_id
   CROSS JOIN unnest(ep.chain_ids) AS chain (id)
   WHERE da.user_id = ${p.userId}
   GROUP BY 1 ORDER BY 2 DESC`,
];

export const planApplicationStatistics = (p: Tenant & { applicationId: string }) => [
  sql('bench.plan-application-statistics')`
  SELECT count(DISTINCT e.id) AS "eventsTotal",
         count(DISTINCT e.id) FILTER (WHERE e.ingested_at >= now() - interval '24 hours') AS "events24h",
         count(*) AS "deliveries", count(*) FILTER (WHERE da.success) AS "successes",
         avg(da.duration_ms)::float8 AS "avg", min(da.duration_ms) AS "min", max(da.duration_ms) AS "max",
         min(e.ingested_at) AS "first", max(e.ingested_at) AS "last"
    FROM delivery_attempts da JOIN endpoints ep ON ep.id = da.endpoint_id JOIN events e ON e.id = da.event_id
   WHERE da.user_id = ${p.userId} AND ep.application_id = ${p.applicationId}`,
];

export const planEndpointStatistics = (p: Tenant & { endpointId: string }) => [
  sql('bench.plan-endpoint-statistics')`
  SELECT count(DISTINCT e.id) AS "eventsTotal",
         count(DISTINCT e.id) FILTER (WHERE e.ingested_at >= now() - interval '24 hours') AS "events24h",
         count(*) AS "deliveries", count(*) FILTER (WHERE da.success) AS "successes",
         avg(da.duration_ms)::float8 AS "avg",
         percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY da.duration_ms) AS "percentiles",
         min(e.ingested_at) AS "first", max(e.ingested_at) AS "last"
    FROM delivery_attempts da JOIN events e ON e.id = da.event_id
   WHERE da.user_id = ${p.userId} AND da.endpoint_id = ${p.endpointId}`,
];
