import { constant, fragment, nothing, sql, type SqlFragment } from '../../../kernel/database/sql.js';
import type { EventFilter } from '../events.reads.js';
import { liveCtes, type LiveOptions } from '../live/live-ctes.js';
import { windowCtes } from '../live/live-window.js';
import { liveScopeOf, scopesCte, type ListScope } from './live-list-scope.js';

export interface LocatedRow {
  isStale: boolean;
  isBehind: boolean;
  /** End of the hour in which the row is, and rows of the hour before it; null: the list is shorter. */
  edge: string | null;
  skip: string | null;
}

/** Where the row after `offset` others is, by adding days and then hours up: the history is never walked through. */
export const liveLocateOffset = (p: {
  filter: EventFilter;
  scope: ListScope;
  offset: number;
  counter: (alias: string) => string;
  options: LiveOptions;
}) => {
  const { userId, to } = p.filter;
  const scope = liveScopeOf(p.scope, p.filter);
  const counter = constant(p.counter('x'));
  return sql<LocatedRow>('events.live-locate-offset')`
  WITH ${liveCtes(scope, p.options)},${scopesCte(p.scope, p.filter)}${
    to === undefined
      ? nothing
      : fragment`, ${windowCtes(scope, p.options, { bucket: 'day', from: to, to: null, hours: 0 })}`
  }, target AS MATERIALIZED (
    SELECT ${p.offset}::bigint ${to === undefined ? nothing : fragment`+ (SELECT coalesce(sum(${counter}), 0) FROM pieces x)`} AS n
  ), ${walk('day', '1 day', userId, counter, fragment`target`)}, ${walk('hour', '1 hour', userId, counter, fragment`day`)}
  SELECT s.is_stale AS "isStale", b.is_behind AS "isBehind",
         CASE WHEN isfinite(h.at) THEN h.at + INTERVAL '1 hour'
              WHEN h.at IS NOT NULL THEN '4714-11-24 00:00:00+00 BC'::timestamptz END::text AS "edge",
         h.n AS "skip"
    FROM state s
   CROSS JOIN behind b
    LEFT JOIN hour h ON true`;
};

/** `name` (at, n): the newest bucket up to which more than n rows are, and how many of it to leave out. */
const walk = (
  name: 'day' | 'hour',
  stride: string,
  userId: string,
  counter: SqlFragment,
  target: SqlFragment,
) => {
  const within = name === 'day' ? nothing : fragment`AND t.bucket >= g.at AND t.bucket < g.until`;
  const withinDelta =
    name === 'day' ? nothing : fragment`, ${target} g WHERE d.at >= g.at AND d.at < g.until`;
  return fragment`
  ${constant(name)} AS MATERIALIZED (
    SELECT r.at, CASE WHEN isfinite(r.at) THEN r.at + ${constant(`INTERVAL '${stride}'`)} ELSE '4714-11-24 00:00:00+00 BC'::timestamptz END AS until,
           g.n - (r.upto - r.rows) AS n
      FROM ${target} g
     CROSS JOIN (SELECT y.at, y.rows, sum(y.rows) OVER (ORDER BY y.at DESC) AS upto
                   FROM (SELECT x.at, sum(${counter}) AS rows
                           FROM (SELECT t.bucket AS at, t.events, t.events_ok, t.events_open
                                   FROM scopes sc ${name === 'day' ? nothing : fragment`CROSS JOIN ${target} g`}
                                   JOIN ${constant(`statistics_${name}s`)} t ON t.user_id = ${userId} AND t.scope_id = sc.scope_id ${within}
                                  UNION ALL
                                 SELECT date_bin(${constant(`INTERVAL '${stride}'`)}, d.at, 'epoch'), d.events, d.events_ok, d.events_open
                                   FROM delta d ${withinDelta}) x
                          GROUP BY x.at) y) r
     WHERE r.upto > g.n
     ORDER BY r.at DESC LIMIT 1
  )`;
};
