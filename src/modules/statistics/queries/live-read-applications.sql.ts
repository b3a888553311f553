import { fragment, sql, type Places } from '../../../kernel/database/sql.js';
import {
  liveColumns,
  liveCtes,
  liveStatement,
  type LiveRow,
  type LiveScope,
  windowCtes,
} from '../../events/index.js';
import type { ApplicationStatisticsRow } from '../statistics.reads.js';
import { extremesCtes, figuresCte, tailBinsCte, timesCte } from './live-figures.js';
import { removedScopes } from './removed-figures.js';

export type LiveApplicationRow = LiveRow & { isLoose: boolean } & (
    ApplicationStatisticsRow | { applicationId: null }
  );

/** Figures of those of the applications that are the user's, in one statement however many they are. */
export const liveReadApplications = liveStatement(
  (p: Places<{ userId: string; applicationIds: readonly string[] }>, options) => {
    const scope: LiveScope = {
      userId: p.userId,
      members: fragment`
    SELECT m.endpoint_id, m.application_id AS scope_id
      FROM statistics_endpoints m
     WHERE m.user_id = ${p.userId} AND m.application_id = ANY (${p.applicationIds}::uuid[])`,
      parts: ['all', 'applications'],
      counts: 'figures',
    };
    return sql<LiveApplicationRow>('statistics.live-read-applications')`
  WITH ${liveCtes(scope, options)}, wanted AS MATERIALIZED (
    SELECT a.id FROM applications a WHERE a.user_id = ${p.userId} AND a.id = ANY (${p.applicationIds}::uuid[]) AND a.deleted_at IS NULL
  ), scopes AS (
    SELECT w.id AS scope_id, w.id AS out_id FROM wanted w
     UNION ALL ${removedScopes(scope)}
  ), ${windowCtes(scope, options, { bucket: 'hour', from: null, to: null, hours: 24 })}, today AS (
    SELECT x.scope_id, sum(x.events)::bigint AS events FROM pieces x GROUP BY x.scope_id
  ), ${figuresCte(p.userId)}, ${timesCte(p.userId)}, ${tailBinsCte}, ${extremesCtes(p.userId)}, own AS (
    SELECT p.application_id, count(*) AS endpoints, count(*) FILTER (WHERE p.is_active) AS active
      FROM endpoints p
     WHERE p.user_id = ${p.userId} AND p.application_id = ANY (${p.applicationIds}::uuid[]) AND p.deleted_at IS NULL
     GROUP BY p.application_id
  )
  SELECT ${liveColumns(options)}, (SELECT l.is_loose FROM loose l) AS "isLoose",
         w.id AS "applicationId",
         coalesce(o.endpoints, 0) AS "endpointsCount", coalesce(o.active, 0) AS "activeEndpoints",
         coalesce(f.events, 0) AS "eventsTotal", coalesce(y.events, 0) AS "events24h",
         coalesce(f.attempts, 0) AS "deliveries", coalesce(f.ok, 0) AS "successes", coalesce(f.failed, 0) AS "failures",
         f.avg_ms AS "avgDurationMs", e.min_ms AS "minDurationMs", e.max_ms AS "maxDurationMs",
         t.first_at AS "firstEventAt", t.last_at AS "lastEventAt"
    FROM state s
   CROSS JOIN behind bh
    LEFT JOIN wanted w ON true
    LEFT JOIN own o ON o.application_id = w.id
    LEFT JOIN figures f ON f.scope_id = w.id
    LEFT JOIN today y ON y.scope_id = w.id
    LEFT JOIN times t ON t.scope_id = w.id
    LEFT JOIN extremes e ON e.scope_id = w.id`;
  },
);
