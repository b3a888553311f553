import {
  constant,
  fragment,
  nodeMoment,
  nothing,
  sql,
  type SqlFragment,
} from '../../../kernel/database/sql.js';
import type { AttemptFilter, AttemptPage, AttemptPosition, AttemptRow } from '../events.reads.js';
import { liveCtes, type LiveOptions, type LiveScope } from '../live/live-ctes.js';
import { attemptColumns } from './attempt-columns.js';
import { COUNTED_ROWS } from './live-list-scope.js';

export interface AttemptStart {
  position: AttemptPosition;
  isIncluded: boolean;
}

export interface AttemptStep {
  filter: AttemptFilter;
  page: AttemptPage;
  limit: number;
  /** The total from the rollups; null: it is counted up to a bound. */
  totals: LiveOptions | null;
}

export type ListedAttemptRow = {
  asOf: string;
  isStale: boolean;
  isBehind: boolean;
  total: string | null;
  /** Rows counted, at most COUNTED_ROWS + 1; null where the total is known. */
  counted: string | null;
  /** There are rows behind the page, in its direction, and before it. */
  hasMore: boolean;
  hasBefore: boolean;
} & (AttemptRow | { id: null });

interface Keys {
  filter: AttemptFilter;
  direction: 'older' | 'newer';
  start: AttemptStart | null;
  /** Of each endpoint; more are never needed. */
  limit: SqlFragment;
}

/** A page of attempts by (attempted_at, id), an unknown time last, from the index of each endpoint in that order. */
export const liveListAttempts = (p: AttemptStep) => {
  const { userId, applicationId, endpointId } = p.filter;
  const direction = p.page.kind === 'newer' ? 'newer' : 'older';
  const order = orderOf(direction, 'x.at', 'x.id');
  const skip = p.page.kind === 'offset' ? p.page.offset : 0;
  const more = fragment`${p.limit + 1}::bigint`;
  // Where none succeeded, or none failed, nothing is to be looked through.
  const limit =
    p.filter.success === undefined
      ? more
      : fragment`CASE WHEN (SELECT k.total FROM known k) = 0 THEN 0 ELSE ${more} END`;
  return sql<ListedAttemptRow>('events.live-list-attempts')`
  WITH ${p.totals === null ? nothing : fragment`${liveCtes(liveScopeOf(p.filter), p.totals)},`} own AS MATERIALIZED (
    SELECT p.id, p.name FROM endpoints p
     WHERE p.user_id = ${userId} ${endpointId === undefined ? nothing : fragment`AND p.id = ${endpointId}`}
       ${applicationId === undefined ? nothing : fragment`AND p.application_id = ${applicationId}`}
  ), own_ids AS MATERIALIZED (
    SELECT array_agg(o.id) AS ids FROM own o
  ), known AS MATERIALIZED (
    SELECT ${totalOf(p)} AS total
  ), hits AS MATERIALIZED (
    SELECT x.at, x.id FROM (${pageKeysOf(p, direction, fragment`${skip + p.limit + 1}::bigint`)}) x
     ORDER BY ${order} LIMIT ${limit} OFFSET ${skip}::bigint
  ), page AS MATERIALIZED (
    SELECT x.at, x.id FROM hits x ORDER BY ${order} LIMIT ${p.limit}::bigint
  )
  SELECT ${nodeMoment} AS "asOf",
         ${p.totals === null ? fragment`false` : fragment`(SELECT s.is_stale FROM state s)`} AS "isStale",
         ${p.totals === null ? fragment`false` : fragment`(SELECT b.is_behind FROM behind b)`} AS "isBehind",
         (SELECT k.total FROM known k) AS "total", ${countedOf(p)} AS "counted",
         (SELECT count(*) FROM hits) > ${p.limit}::bigint AS "hasMore", ${hasBefore(p)} AS "hasBefore",
         ${attemptColumns(fragment`da.event_ingested_at`)}
    FROM (SELECT 1) AS always
    LEFT JOIN page ON true
    LEFT JOIN delivery_attempts da ON da.id = page.id
    LEFT JOIN own ep ON ep.id = da.endpoint_id
   ORDER BY page.at DESC NULLS LAST, page.id DESC`;
};

const orderOf = (direction: Keys['direction'], at: string, id: string) =>
  constant(direction === 'older' ? `${at} DESC NULLS LAST, ${id} DESC` : `${at} NULLS FIRST, ${id}`);

const ofOutcome = ({ success }: AttemptFilter) =>
  success === undefined ? nothing : success ? fragment`AND a.success` : fragment`AND NOT a.success`;

/** Endpoints whose rows are skipped in the order of all of them; of others, as many are sorted as are skipped. */
const MERGED_ENDPOINTS = 32;

/** The keys from the page's beginning on, without a limit where they come in order: then skipped ones are only walked over. */
function pageKeysOf(
  { filter, page }: AttemptStep,
  direction: Keys['direction'],
  limit: SqlFragment,
): SqlFragment {
  if (page.kind === 'older' || page.kind === 'newer')
    return keysOf({ filter, direction, start: { position: page.than, isIncluded: false }, limit });
  if (filter.eventId !== undefined) return keysOf({ filter, direction, start: null, limit });
  const inOrder = (endpointId: SqlFragment) => fragment`
      (SELECT a.attempted_at AS at, a.id FROM delivery_attempts a WHERE a.endpoint_id = (${endpointId}) ${ofOutcome(filter)}
        ORDER BY ${orderOf(direction, 'a.attempted_at', 'a.id')})`;
  if (filter.endpointId !== undefined) return inOrder(fragment`SELECT o.id FROM own o`);
  if (page.kind === 'first') return keysOf({ filter, direction, start: null, limit });
  const merged = Array.from({ length: MERGED_ENDPOINTS }, (_, index) =>
    inOrder(fragment`SELECT i.ids[${constant(String(index + 1))}] FROM own_ids i`),
  );
  const others = fragment`(SELECT unnest(i.ids[${constant(String(MERGED_ENDPOINTS + 1))}:]) AS id FROM own_ids i)`;
  return all([...merged, keysOf({ filter, direction, start: null, limit }, others)]);
}

const all = (branches: SqlFragment[]) =>
  branches.reduce(
    (whole, branch) => fragment`${whole}
       UNION ALL ${branch}`,
  );

/** The first keys of each of the endpoints, in no order. */
function keysOf({ filter, direction, start, limit }: Keys, endpoints = constant('own')): SqlFragment {
  const { eventId } = filter;
  const branches = placesOf({ direction, start });
  // OFFSET 0 keeps the planner from reading all attempts of each endpoint to find the event's.
  if (eventId !== undefined)
    return fragment`
      SELECT a.attempted_at AS at, a.id
        FROM (SELECT a.attempted_at, a.id, a.endpoint_id, a.success
                FROM delivery_attempts a WHERE a.event_id = ${eventId} OFFSET 0) a
        JOIN own o ON o.id = a.endpoint_id
       WHERE (${either(branches)}) ${ofOutcome(filter)}`;
  const branch = (place: SqlFragment) => fragment`
      SELECT x.at, x.id
        FROM ${endpoints} o
       CROSS JOIN LATERAL (
         SELECT a.attempted_at AS at, a.id
           FROM delivery_attempts a
          WHERE a.endpoint_id = o.id ${ofOutcome(filter)} AND ${place}
          ORDER BY ${orderOf(direction, 'a.attempted_at', 'a.id')} LIMIT ${limit}) x`;
  return all(branches.map(branch));
}

/** Whether there are rows on the side that the page does not go to. */
function hasBefore({ filter, page }: AttemptStep): SqlFragment {
  const limit = constant('1');
  const any = (keys: SqlFragment) => fragment`EXISTS (SELECT FROM (${keys}) x)`;
  switch (page.kind) {
    case 'first':
      return fragment`false`;
    case 'offset':
      return fragment`${page.offset}::bigint > 0 AND coalesce((SELECT k.total > 0 FROM known k), ${any(keysOf({ filter, direction: 'older', start: null, limit }))})`;
    case 'older':
    case 'newer': {
      const direction = page.kind === 'older' ? 'newer' : 'older';
      return any(keysOf({ filter, direction, start: { position: page.than, isIncluded: true }, limit }));
    }
  }
}

const either = (branches: SqlFragment[]) => branches.reduce((all, next) => fragment`${all} OR ${next}`);

/** The place in branches that each are a range of the index: attempts with a time, and those without, which are the oldest. */
function placesOf({ direction, start }: Pick<Keys, 'direction' | 'start'>): SqlFragment[] {
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

function liveScopeOf({ userId, applicationId, endpointId }: AttemptFilter): LiveScope {
  const members = (scope: string, id: string) => {
    const column = constant(`m.${scope}`);
    return fragment`
    SELECT m.endpoint_id, ${column} AS scope_id FROM statistics_endpoints m
     WHERE m.user_id = ${userId} AND ${column} = ${id}`;
  };
  if (endpointId !== undefined)
    return { userId, members: members('endpoint_id', endpointId), parts: ['all'], counts: 'rows' };
  if (applicationId !== undefined)
    return {
      userId,
      members: members('application_id', applicationId),
      parts: ['all', 'applications'],
      counts: 'rows',
    };
  return { userId, members: null, parts: ['all'], counts: 'rows' };
}

/** NULL where no rollup counts the rows. */
function totalOf({ filter, totals }: AttemptStep): SqlFragment {
  if (totals === null) return fragment`NULL::bigint`;
  const { userId, applicationId = userId, endpointId = applicationId, success } = filter;
  const counter = constant(success === undefined ? 'attempts' : success ? 'ok' : 'failed');
  return fragment`(SELECT coalesce(sum(t.${counter}), 0)::bigint FROM statistics_totals t
            WHERE t.user_id = ${userId} AND t.scope_id = ${endpointId})
          + (SELECT coalesce(sum(d.${counter}), 0)::bigint FROM delta d)`;
}

function countedOf({ filter, totals }: AttemptStep): SqlFragment {
  if (totals !== null) return fragment`NULL::bigint`;
  const limit = fragment`${COUNTED_ROWS + 1}::bigint`;
  return fragment`(SELECT count(*) FROM (SELECT FROM (${keysOf({ filter, direction: 'older', start: null, limit })}) x LIMIT ${limit}) x)`;
}
