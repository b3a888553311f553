import { fragment, sql, type Places } from '../../../kernel/database/sql.js';
import { liveColumns, liveCtes, liveStatement, type LiveRow, type LiveScope } from '../../events/index.js';
import type { EndpointPerformanceRow } from '../statistics.reads.js';
import { figuresCte, timesCte } from './live-figures.js';
import { removedScopes } from './removed-figures.js';

export type LivePerformanceRow = LiveRow & (EndpointPerformanceRow | { endpointId: null });

/** Of all endpoints of the application, most events first, then by id. */
export const liveReadPerformance = liveStatement(
  (p: Places<{ userId: string; applicationId: string }>, options) => {
    const scope: LiveScope = {
      userId: p.userId,
      members: fragment`
    SELECT p.id AS endpoint_id, p.id AS scope_id
      FROM endpoints p
     WHERE p.user_id = ${p.userId} AND p.application_id = ${p.applicationId} AND p.deleted_at IS NULL`,
      parts: ['all'],
      counts: 'figures',
    };
    return sql<LivePerformanceRow>('statistics.live-read-performance')`
  WITH ${liveCtes(scope, options)}, scopes AS (
    SELECT m.scope_id, m.scope_id AS out_id FROM members m
     UNION ALL ${removedScopes(scope)}
  ), ${figuresCte(p.userId)}, ${timesCte(p.userId)}
  SELECT ${liveColumns(options)},
         p.id AS "endpointId", p.name, p.webhook_url AS "webhookUrl",
         coalesce(f.events, 0) AS "events", coalesce(f.attempts, 0) AS "deliveries", coalesce(f.ok, 0) AS "successes",
         f.avg_ms AS "avgDurationMs", t.last_at AS "lastEventAt"
    FROM state s
   CROSS JOIN behind bh
    LEFT JOIN endpoints p ON p.user_id = ${p.userId} AND p.application_id = ${p.applicationId} AND p.deleted_at IS NULL
    LEFT JOIN figures f ON f.scope_id = p.id
    LEFT JOIN times t ON t.scope_id = p.id
   ORDER BY coalesce(f.events, 0) DESC, p.id`;
  },
);
