import { constant, fragment, nothing, type SqlFragment } from '../../../kernel/database/sql.js';
import type { EventFilter } from '../events.reads.js';
import type { LiveOptions } from '../live/live-ctes.js';
import { endOf } from './list-times.js';
import type { ListScope } from './live-list-scope.js';

/** A place in a list by the number of rows before it, which the rollups count. */
export interface Jump {
  filter: EventFilter;
  scope: ListScope;
  offset: number;
  counter: (alias: string) => SqlFragment;
  live: LiveOptions;
}

/**
 * `hour` (at, until, n): where the row after `offset` and `above` others is, and rows of that hour before it; no row where the
 * list is shorter. By adding days and then hours up: the history is never walked through. Needs `delta` and `scopes`.
 */
export const jumpCtes = (
  { filter: { userId }, offset, counter }: Jump,
  above: SqlFragment | null,
) => fragment`
  target AS MATERIALIZED (
    SELECT ${offset}::bigint ${above === null ? nothing : fragment`+ ${above}`} AS n
  ), ${walk('day', '1 day', userId, counter('x'), fragment`target`)}, ${walk('hour', '1 hour', userId, counter('x'), fragment`day`)}`;

/** Where the hour ends, and the page may begin; null where there is none. */
export const jumpEdge = fragment`(SELECT h.until FROM hour h)`;

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
    SELECT r.at, ${endOf('r.at', stride)} AS until,
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
