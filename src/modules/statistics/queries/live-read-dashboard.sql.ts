import { sql, type Places } from '../../../kernel/database/sql.js';
import {
  liveColumns,
  liveCtes,
  liveStatement,
  type LiveRow,
  type LiveScope,
  windowCtes,
} from '../../events/index.js';
import type { DashboardRow } from '../statistics.reads.js';
import { removedScopes } from './removed-figures.js';

/** Totals of the user and the events of the trailing 24 hours. */
export const liveReadDashboard = liveStatement((p: Places<{ userId: string }>, options) => {
  const scope: LiveScope = { userId: p.userId, members: null, parts: ['all'], counts: 'figures' };
  return sql<LiveRow & DashboardRow>('statistics.live-read-dashboard')`
  WITH ${liveCtes(scope, options)}, scopes AS (
    SELECT ${p.userId}::uuid AS scope_id, ${p.userId}::uuid AS out_id
     UNION ALL ${removedScopes(scope)}
  ), ${windowCtes(scope, options, { bucket: 'hour', from: null, to: null, hours: 24 })}, totals AS (
    SELECT t.events, t.attempts, t.ok, t.failed, t.timed, t.ms
      FROM scopes sc
      JOIN statistics_totals t ON t.user_id = ${p.userId} AND t.scope_id = sc.scope_id
     UNION ALL
    SELECT d.events, d.attempts, d.ok, d.failed, d.timed, d.ms FROM delta d
  )
  SELECT ${liveColumns(options)},
         coalesce(y.events, 0)::bigint AS "eventsToday",
         coalesce(t.events, 0)::bigint AS "eventsTotal",
         coalesce(t.attempts, 0)::bigint AS "deliveries",
         coalesce(t.ok, 0)::bigint AS "successes",
         coalesce(t.failed, 0)::bigint AS "failures",
         (t.ms / nullif(t.timed, 0))::float8 AS "avgDurationMs",
         (SELECT count(*) FROM endpoints p WHERE p.user_id = ${p.userId} AND p.is_active AND p.deleted_at IS NULL) AS "activeEndpoints"
    FROM state s
   CROSS JOIN behind bh
   CROSS JOIN (SELECT sum(x.events) AS events FROM pieces x) y
   CROSS JOIN (SELECT sum(x.events) AS events, sum(x.attempts) AS attempts, sum(x.ok) AS ok, sum(x.failed) AS failed,
                      sum(x.timed)::numeric AS timed, sum(x.ms)::numeric AS ms FROM totals x) t`;
});
