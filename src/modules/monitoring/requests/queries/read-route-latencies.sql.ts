import { sql } from '../../../../kernel/database/sql.js';

export interface RouteLatencyRow {
  /** The beginning of the step, RFC 3339. */
  at: string;
  route: string;
  method: string;
  requests: string;
  errors: string;
  clientErrors: string;
  timeouts: string;
  cacheHits: string;
  cacheMisses: string;
  sumMs: number;
  maxMs: number;
  databaseMs: number;
  bins: number[];
  counts: number[];
}

/**
 * Of all instances, from `from` until before `until`, by route and step of so many seconds from `from` on; of `routes`, or of all
 * of them where that is null. At most `limit` rows, the first by time and route.
 */
export const readRouteLatencies = (p: {
  from: string;
  until: string;
  routes: readonly string[] | null;
  stepSeconds: number;
  limit: number;
}) => sql<RouteLatencyRow>('monitoring.read-route-latencies')`
  WITH recorded AS MATERIALIZED (
    SELECT date_bin(make_interval(secs => ${p.stepSeconds}::float8), m.minute, ${p.from}::timestamptz) AS at, m.route, m.method,
           m.requests, m.errors, m.client_errors, m.timeouts, m.cache_hits, m.cache_misses, m.sum_ms, m.max_ms, m.database_ms,
           m.bins, m.counts
      FROM ethhook_admin_route_minutes m
     WHERE m.minute >= ${p.from}::timestamptz AND m.minute < ${p.until}::timestamptz
       AND (${p.routes}::text[] IS NULL OR m.route = ANY (${p.routes}::text[]))),
  figures AS (
    SELECT r.at, r.route, r.method, sum(r.requests) AS requests, sum(r.errors) AS errors, sum(r.client_errors) AS client_errors,
           sum(r.timeouts) AS timeouts, sum(r.cache_hits) AS cache_hits, sum(r.cache_misses) AS cache_misses,
           sum(r.sum_ms) AS sum_ms, max(r.max_ms) AS max_ms, sum(r.database_ms) AS database_ms
      FROM recorded r
     GROUP BY r.at, r.route, r.method),
  latencies AS (
    SELECT b.at, b.route, b.method, array_agg(b.bin ORDER BY b.bin) AS bins, array_agg(b.count::int ORDER BY b.bin) AS counts
      FROM (SELECT r.at, r.route, r.method, h.bin, sum(h.count) AS count
              FROM recorded r, unnest(r.bins, r.counts) h (bin, count)
             GROUP BY r.at, r.route, r.method, h.bin) b
     GROUP BY b.at, b.route, b.method)
  SELECT to_char(f.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "at", f.route, f.method, f.requests, f.errors,
         f.client_errors AS "clientErrors", f.timeouts, f.cache_hits AS "cacheHits", f.cache_misses AS "cacheMisses",
         f.sum_ms AS "sumMs", f.max_ms AS "maxMs", f.database_ms AS "databaseMs",
         coalesce(l.bins, '{}') AS "bins", coalesce(l.counts, '{}') AS "counts"
    FROM figures f
    LEFT JOIN latencies l USING (at, route, method)
   ORDER BY f.at, f.route, f.method
   LIMIT ${p.limit}`;
