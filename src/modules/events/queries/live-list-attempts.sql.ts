import { constant, fragment, nothing, sql, type SqlFragment } from '../../../kernel/database/sql.js';
import type { AttemptFilter, AttemptPosition, AttemptRow } from '../events.reads.js';
import { liveCtes, type LiveOptions, type LiveScope } from '../live/live-ctes.js';
import { attemptColumns } from './attempt-columns.js';

export interface AttemptStart {
  position: AttemptPosition;
  isIncluded: boolean;
}

export interface AttemptStep {
  filter: AttemptFilter;
  direction: 'older' | 'newer';
  start: AttemptStart | null;
  skip: number;
  limit: number;
  /** The total from the rollups; null: it is counted up to a bound, or not at all. */
  totals: LiveOptions | null;
  countUpTo: number;
}

export type ListedAttemptRow = {
  asOf: string;
  isStale: boolean;
  isBehind: boolean;
  total: string | null;
  /** Rows counted, at most countUpTo; null where nothing was. */
  counted: string | null;
  reached: string;
} & (AttemptRow | { id: null });

/**
 * A page of attempts by (attempted_at, id), an unknown time last, endpoint by endpoint from the index in that order, and the
 * first rows of them all.
 */
export const liveListAttempts = (p: AttemptStep) => {
  const { userId } = p.filter;
  const order = orderOf(p.direction, 'x.at', 'x.id');
  const needed = fragment`${p.skip + p.limit + 1}::bigint`;
  return sql<ListedAttemptRow>('events.live-list-attempts')`
  WITH ${p.totals === null ? nothing : fragment`${liveCtes(liveScopeOf(p.filter), p.totals)},`} own AS MATERIALIZED (
    SELECT p.id FROM endpoints p
     WHERE p.user_id = ${userId} ${p.filter.endpointId === undefined ? nothing : fragment`AND p.id = ${p.filter.endpointId}`}
  ), hits AS MATERIALIZED (
    SELECT x.at, x.id FROM (${keysOf(p, needed)}) x ORDER BY ${order} LIMIT ${needed}
  ), page AS MATERIALIZED (
    SELECT x.at, x.id FROM hits x ORDER BY ${order} LIMIT ${p.limit}::bigint OFFSET ${p.skip}::bigint
  )
  SELECT now() AS "asOf",
         ${p.totals === null ? fragment`false` : fragment`(SELECT s.is_stale FROM state s)`} AS "isStale",
         ${p.totals === null ? fragment`false` : fragment`(SELECT b.is_behind FROM behind b)`} AS "isBehind",
         ${totalOf(p)} AS "total", ${countedOf(p)} AS "counted",
         (SELECT count(*) FROM hits) AS "reached",
         ${attemptColumns}
    FROM (SELECT 1) AS always
    LEFT JOIN page ON true
    LEFT JOIN delivery_attempts da ON da.id = page.id
    LEFT JOIN events e ON e.id = da.event_id
    LEFT JOIN endpoints ep ON ep.id = da.endpoint_id
   ORDER BY page.at DESC NULLS LAST, page.id DESC`;
};

const orderOf = (direction: AttemptStep['direction'], at: string, id: string) =>
  constant(direction === 'older' ? `${at} DESC NULLS LAST, ${id} DESC` : `${at} NULLS FIRST, ${id}`);

function keysOf(p: Pick<AttemptStep, 'filter' | 'direction' | 'start'>, limit: SqlFragment): SqlFragment {
  const { eventId, success } = p.filter;
  const ofOutcome =
    success === undefined ? nothing : success ? fragment`AND a.success` : fragment`AND NOT a.success`;
  const branches = placesOf(p);
  // OFFSET 0 keeps the planner from reading all attempts of each endpoint to find the event's.
  if (eventId !== undefined)
    return fragment`
      SELECT a.attempted_at AS at, a.id
        FROM (SELECT a.attempted_at, a.id, a.endpoint_id, a.success
                FROM delivery_attempts a WHERE a.event_id = ${eventId} OFFSET 0) a
        JOIN own o ON o.id = a.endpoint_id
       WHERE (${either(branches)}) ${ofOutcome}`;
  const branch = (place: SqlFragment) => fragment`
      SELECT x.at, x.id
        FROM own o
       CROSS JOIN LATERAL (
         SELECT a.attempted_at AS at, a.id
           FROM delivery_attempts a
          WHERE a.endpoint_id = o.id ${ofOutcome} AND ${place}
          ORDER BY ${orderOf(p.direction, 'a.attempted_at', 'a.id')} LIMIT ${limit}) x`;
  return branches.map(branch).reduce((all, next) => fragment`${all} UNION ALL ${next}`);
}

const either = (branches: SqlFragment[]) => branches.reduce((all, next) => fragment`${all} OR ${next}`);

/** The place in branches that each are a range of the index: attempts with a time, and those without, which are the oldest. */
function placesOf({ direction, start }: Pick<AttemptStep, 'direction' | 'start'>): SqlFragment[] {
  if (start === null) return [fragment`true`];
  const { at, id } = start.position;
  const operator = constant(`${direction === 'older' ? '<' : '>'}${start.isIncluded ? '=' : ''}`);
  const isUnknown = at === '-infinity';
  const unknown = isUnknown
    ? fragment`(a.attempted_at IS NULL AND a.id ${operator} ${id}::uuid)`
    : fragment`a.attempted_at IS NULL`;
  const known = isUnknown
    ? fragment`a.attempted_at IS NOT NULL`
    : fragment`(a.attempted_at, a.id) ${operator} (${at}::timestamptz, ${id}::uuid)`;
  if (direction === 'older') return isUnknown ? [unknown] : [known, unknown];
  return isUnknown ? [unknown, known] : [known];
}

function liveScopeOf({ userId, endpointId }: AttemptFilter): LiveScope {
  return {
    userId,
    members:
      endpointId === undefined
        ? null
        : fragment`
    SELECT m.endpoint_id, m.endpoint_id AS scope_id FROM statistics_endpoints m
     WHERE m.user_id = ${userId} AND m.endpoint_id = ${endpointId}`,
    parts: ['all'],
  };
}

function totalOf({ filter, totals }: AttemptStep): SqlFragment {
  if (totals === null) return fragment`NULL::bigint`;
  const { userId, endpointId = userId, success } = filter;
  const counter = constant(success === undefined ? 'attempts' : success ? 'ok' : 'failed');
  return fragment`((SELECT coalesce(sum(t.${counter}), 0)::bigint FROM statistics_totals t
            WHERE t.user_id = ${userId} AND t.scope_id = ${endpointId})
          + (SELECT coalesce(sum(d.${counter}), 0)::bigint FROM delta d))`;
}

const countedOf = (p: AttemptStep) =>
  p.countUpTo === 0
    ? fragment`NULL::bigint`
    : fragment`(SELECT count(*) FROM (SELECT FROM (${keysOf({ ...p, direction: 'older', start: null }, fragment`${p.countUpTo}::bigint`)}) x
            LIMIT ${p.countUpTo}::bigint) x)`;
