import { sql } from '../../../../kernel/database/sql.js';

export interface RouteMinute {
  route: string;
  method: string;
  requests: number;
  errors: number;
  client_errors: number;
  timeouts: number;
  cache_hits: number;
  cache_misses: number;
  sum_ms: number;
  max_ms: number;
  database_ms: number;
  bins: readonly number[];
  counts: readonly number[];
}

/** A part of a minute of an instance, all its routes. A row for each that was not there: none, and it has been kept before. */
export const addRouteMinute = (p: {
  minute: number;
  instance: string;
  part: number;
  routes: readonly RouteMinute[];
}) => sql<{ route: string }>('monitoring.add-route-minute')`
  INSERT INTO ethhook_admin_route_minutes
    (minute, instance, part, route, method, requests, errors, client_errors, timeouts, cache_hits, cache_misses, sum_ms, max_ms,
     database_ms, bins, counts)
  SELECT to_timestamp(${p.minute}::bigint * 60), ${p.instance}, ${p.part}::int, r.route, r.method, r.requests, r.errors,
         r.client_errors, r.timeouts, r.cache_hits, r.cache_misses, r.sum_ms, r.max_ms, r.database_ms, r.bins, r.counts
    FROM jsonb_to_recordset(${JSON.stringify(p.routes)}::jsonb)
      AS r (route text, method text, requests int, errors int, client_errors int, timeouts int, cache_hits int, cache_misses int,
            sum_ms float8, max_ms float8, database_ms float8, bins int[], counts int[])
      ON CONFLICT DO NOTHING
  RETURNING route`;
