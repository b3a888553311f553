import { fragment, sql, type Places } from '../../../kernel/database/sql.js';
import {
  liveColumns,
  liveCtes,
  liveStatement,
  type LiveRow,
  type LiveScope,
  windowCtes,
} from '../../events/index.js';
import type { EndpointStatisticsRow } from '../statistics.reads.js';
import { figuresCte, percentilesCte, tailBinsCte, timesCte } from './live-figures.js';
import { removedScopes } from './removed-figures.js';

export type LiveEndpointRow = LiveRow & (EndpointStatisticsRow | { endpointId: null });

/** Figures of those of the endpoints that are the user's, in one statement however many they are. */
export const liveReadEndpoints = liveStatement(
  (p: Places<{ userId: string; endpointIds: readonly string[] }>, options) => {
    const scope: LiveScope = {
      userId: p.userId,
      members: fragment`
    SELECT m.endpoint_id, m.endpoint_id AS scope_id
      FROM statistics_endpoints m
     WHERE m.user_id = ${p.userId} AND m.endpoint_id = ANY (${p.endpointIds}::uuid[])`,
      parts: ['all'],
      counts: 'figures',
    };
    return sql<LiveEndpointRow>('statistics.live-read-endpoints')`
  WITH ${liveCtes(scope, options)}, wanted AS MATERIALIZED (
    SELECT p.id, p.name, p.webhook_url, p.health_status
      FROM endpoints p
     WHERE p.user_id = ${p.userId} AND p.id = ANY (${p.endpointIds}::uuid[]) AND p.deleted_at IS NULL
  ), scopes AS (
    SELECT w.id AS scope_id, w.id AS out_id FROM wanted w
     UNION ALL ${removedScopes(scope)}
  ), ${windowCtes(scope, options, { bucket: 'hour', from: null, to: null, hours: 24 })}, today AS (
    SELECT x.scope_id, sum(x.events)::bigint AS events FROM pieces x GROUP BY x.scope_id
  ), ${figuresCte(p.userId)}, ${timesCte(p.userId)}, ${tailBinsCte}, ${percentilesCte(p.userId)}
  SELECT ${liveColumns(options)},
         w.id AS "endpointId", w.name, w.webhook_url AS "webhookUrl", w.health_status AS "healthStatus",
         coalesce(f.events, 0) AS "eventsTotal", coalesce(y.events, 0) AS "events24h",
         coalesce(f.attempts, 0) AS "deliveries", coalesce(f.ok, 0) AS "successes", coalesce(f.failed, 0) AS "failures",
         f.avg_ms AS "avgDurationMs", q.p50 AS "p50DurationMs", q.p95 AS "p95DurationMs", q.p99 AS "p99DurationMs",
         t.first_at AS "firstEventAt", t.last_at AS "lastEventAt",
         coalesce(t.last_at > s.as_of - INTERVAL '24 hours', false) AS "activeToday",
         coalesce(t.last_at > s.as_of - INTERVAL '7 days', false) AS "activeThisWeek"
    FROM state s
   CROSS JOIN behind bh
    LEFT JOIN wanted w ON true
    LEFT JOIN figures f ON f.scope_id = w.id
    LEFT JOIN today y ON y.scope_id = w.id
    LEFT JOIN times t ON t.scope_id = w.id
    LEFT JOIN percentiles q ON q.id = w.id`;
  },
);
