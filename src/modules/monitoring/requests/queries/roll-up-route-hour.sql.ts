import { sql } from '../../../../kernel/database/sql.js';

/**
 * The oldest hour that is known by the minute and ended before so many days: its rows become one for each route, of all
 * instances. Gives how many there were; none: there is no such hour.
 */
export const rollUpRouteHour = (p: { days: number }) => sql<{ rows: number }>(
  'monitoring.roll-up-route-hour',
)`
  WITH oldest AS (
    SELECT date_bin('1 hour', min(m.minute), 'epoch') AS hour
      FROM ethhook_admin_route_minutes m
     WHERE m.instance <> '' AND m.minute < date_bin('1 hour', now(), 'epoch') - make_interval(days => ${p.days}::int)),
  removed AS (
    DELETE FROM ethhook_admin_route_minutes m
     USING oldest o
     WHERE m.instance <> '' AND m.minute >= o.hour AND m.minute < o.hour + INTERVAL '1 hour'
    RETURNING o.hour, m.route, m.method, m.requests, m.errors, m.client_errors, m.timeouts, m.cache_hits, m.cache_misses,
              m.sum_ms, m.max_ms, m.database_ms, m.bins, m.counts),
  latencies AS (
    SELECT b.route, b.method, array_agg(b.bin ORDER BY b.bin) AS bins, array_agg(b.count::int ORDER BY b.bin) AS counts
      FROM (SELECT r.route, r.method, h.bin, sum(h.count) AS count
              FROM removed r, unnest(r.bins, r.counts) h (bin, count)
             GROUP BY r.route, r.method, h.bin) b
     GROUP BY b.route, b.method),
  added AS (
    INSERT INTO ethhook_admin_route_minutes
      (minute, instance, part, route, method, requests, errors, client_errors, timeouts, cache_hits, cache_misses, sum_ms, max_ms,
       database_ms, bins, counts)
    SELECT f.hour, '', coalesce((SELECT max(h.part) + 1 FROM ethhook_admin_route_minutes h
                                  WHERE h.minute = f.hour AND h.instance = ''), 0),
           f.route, f.method, f.requests, f.errors, f.client_errors, f.timeouts, f.cache_hits, f.cache_misses, f.sum_ms, f.max_ms,
           f.database_ms, coalesce(l.bins, '{}'), coalesce(l.counts, '{}')
      FROM (SELECT r.hour, r.route, r.method, sum(r.requests) AS requests, sum(r.errors) AS errors,
                   sum(r.client_errors) AS client_errors, sum(r.timeouts) AS timeouts, sum(r.cache_hits) AS cache_hits,
                   sum(r.cache_misses) AS cache_misses, sum(r.sum_ms) AS sum_ms, max(r.max_ms) AS max_ms,
                   sum(r.database_ms) AS database_ms
              FROM removed r
             GROUP BY r.hour, r.route, r.method) f
      LEFT JOIN latencies l USING (route, method))
  SELECT count(*)::int AS "rows" FROM removed`;
