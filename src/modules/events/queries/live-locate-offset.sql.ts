import { fragment, sql } from '../../../kernel/database/sql.js';
import { liveCtes } from '../live/live-ctes.js';
import { windowCtes } from '../live/live-window.js';
import { jumpCtes, jumpEdge, type Jump } from './live-jump.js';
import { liveScopeOf, scopesCte } from './live-list-scope.js';

export interface LocatedRow {
  isStale: boolean;
  isBehind: boolean;
  /** End of the hour in which the row is, and rows of the hour before it; null: the list is shorter. */
  edge: string | null;
  skip: string | null;
}

/** Where the row after `offset` others is in a list that ends at a time: after those, and after all rows since that time. */
export const liveLocateOffset = (p: Jump & { to: string }) => {
  const scope = liveScopeOf(p.scope, p.filter);
  const since = windowCtes(scope, p.live, { bucket: 'day', from: p.to, to: null, hours: 0 });
  const above = fragment`(SELECT coalesce(sum(${p.counter('x')}), 0) FROM pieces x)`;
  return sql<LocatedRow>('events.live-locate-offset')`
  WITH ${liveCtes(scope, p.live)},${scopesCte(p.scope, p.filter)}, ${since}, ${jumpCtes(p, above)}
  SELECT s.is_stale AS "isStale", b.is_behind AS "isBehind", ${jumpEdge}::text AS "edge", h.n AS "skip"
    FROM state s
   CROSS JOIN behind b
    LEFT JOIN hour h ON true`;
};
