import {
  constant,
  fragment,
  nodeMoment,
  nothing,
  sql,
  type SqlFragment,
} from '../../../kernel/database/sql.js';
import type { EventFilter, EventPosition } from '../events.reads.js';
import { liveCtes, type LiveOptions } from '../live/live-ctes.js';
import { windowCtes } from '../live/live-window.js';
import { attemptCounts, eventAt, eventColumns, type EventRow } from './event-columns.js';
import { MIN_TIME, time } from './list-times.js';
import { jumpCtes, jumpEdge } from './live-jump.js';
import { counterOf, liveScopeOf, scopesCte, type ListScope } from './live-list-scope.js';
import { slotsCtes, type SlotSource } from './live-slots.js';
import { streamOf, streamOfBlocks } from './live-stream.js';

/** A place to begin at: exclusive or not. */
export interface ListStart {
  position: EventPosition;
  isIncluded: boolean;
}

export interface ListStep {
  filter: EventFilter;
  scope: ListScope;
  direction: 'older' | 'newer';
  start: ListStart | null;
  /** Where an earlier step has ended, or a jump begins: only older (newer) than this time. */
  edge: string | null;
  /** Rows to leave out; by the rollups, where they count the list's and it does not end at a time. */
  skip: number;
  jumps: boolean;
  limit: number;
  source: SlotSource;
  slots: number;
  live: LiveOptions;
  /** Only where the rollups know the total. */
  withTotal: boolean;
  /** Whether there are rows on the other side of the start is to be told; only where rows may be everywhere. */
  looksBeyond: boolean;
}

export type ListedEventRow = {
  asOf: string;
  isStale: boolean;
  isBehind: boolean;
  total: string | null;
  /** Rows of what was looked at that were left out; fewer than asked for after a jump. */
  skipped: string;
  /** Rows found up to skipped + limit + 1. */
  reached: string;
  beyond: boolean | null;
  /** Where the slots end that were looked at; null: there are no more. */
  slotsEnd: string | null;
} & (EventRow | { id: null });

/**
 * A step of a page: the keys from the covering index, in the list's order, then the events of those alone. One statement,
 * so page and total are of one snapshot. `hits` are taken slot by slot, without a sort over all of them: a LATERAL runs for
 * one row of `slots` after the other, which are in order, and ends with the LIMIT, before it has come to the last slot.
 */
export const liveListEvents = (p: ListStep) => {
  const { userId } = p.filter;
  const order = constant(p.direction === 'older' ? 'x.at DESC, x.id DESC' : 'x.at, x.id');
  const skip = p.jumps
    ? fragment`coalesce((SELECT h.n FROM hour h), 0)::bigint`
    : fragment`${p.skip}::bigint`;
  const needed = fragment`(${skip} + ${p.limit + 1})`;
  const usesLive = p.withTotal || p.jumps || p.source.kind !== 'everywhere';
  const ofEndpoints =
    p.scope.endpoints === 'all'
      ? nothing
      : fragment`AND da.endpoint_id = ANY (${[...p.scope.endpoints]}::uuid[])`;
  return sql<ListedEventRow>('events.live-list-events')`
  WITH ${usesLive ? liveParts(p) : nothing} ${slotsCtes({
    userId,
    source: p.source,
    ...boundsOf(p),
    direction: p.direction,
    limit: p.slots,
    rows: needed,
  })}, hits AS MATERIALIZED (
    SELECT x.at, x.id
      FROM slots sl
     CROSS JOIN LATERAL (${(p.source.kind === 'blocks' ? streamOfBlocks : streamOf)({
       filter: p.filter,
       endpoints: p.scope.endpoints,
       direction: p.direction,
       limit: needed,
       where: p.start === null ? nothing : placeOf(p.start, p.direction),
     })}) x
     LIMIT ${needed}
  ), page AS MATERIALIZED (
    SELECT x.at, x.id FROM hits x ORDER BY ${order} LIMIT ${p.limit}::bigint OFFSET ${skip}
  )
  SELECT ${nodeMoment} AS "asOf",
         ${usesLive ? fragment`(SELECT s.is_stale FROM state s)` : fragment`false`} AS "isStale",
         ${usesLive ? fragment`(SELECT b.is_behind FROM behind b)` : fragment`false`} AS "isBehind",
         ${totalOf(p)} AS "total",
         ${skip} AS "skipped",
         (SELECT count(*) FROM hits) AS "reached",
         ${beyondOf(p)} AS "beyond",
         (SELECT z.at::text FROM slots_end z) AS "slotsEnd",
         ${eventColumns}
    FROM (SELECT 1) AS always
    LEFT JOIN page ON true
    LEFT JOIN LATERAL (${eventAt('page')}) e ON true
    LEFT JOIN LATERAL (
      SELECT ${attemptCounts}
        FROM delivery_attempts da
       WHERE da.user_id = ${userId} AND da.event_ingested_at = page.at AND da.event_id = page.id ${ofEndpoints}
    ) AS tried ON true
    LEFT JOIN endpoints ep ON ep.id = tried.endpoint_id
   ORDER BY page.at DESC, page.id DESC`;
};

/** The first row on the other side of the start, from the same index backwards. */
function beyondOf(p: ListStep): SqlFragment {
  if (!p.looksBeyond || p.start === null) return fragment`NULL::boolean`;
  const direction = p.direction === 'older' ? 'newer' : 'older';
  const start = { ...p.start, isIncluded: !p.start.isIncluded };
  const { lo, hi } = boundsOf({ filter: p.filter, direction, start, edge: null, jumps: false });
  return fragment`EXISTS (
           SELECT FROM (SELECT ${lo} AS lo, ${hi} AS hi) sl
            CROSS JOIN LATERAL (${streamOf({
              filter: p.filter,
              endpoints: p.scope.endpoints,
              direction,
              limit: fragment`1`,
              where: placeOf(start, direction),
            })}) x)`;
}

const hasWindow = ({ from, to }: EventFilter) => from !== undefined || to !== undefined;

/** The rollups' CTEs, with those of the window where the total is of one. */
function liveParts(p: ListStep): SqlFragment {
  const scope = liveScopeOf(p.scope, p.filter);
  const window =
    p.withTotal && hasWindow(p.filter)
      ? fragment`, ${windowCtes(scope, p.live, {
          bucket: 'day',
          from: p.filter.from ?? MIN_TIME,
          to: p.filter.to ?? null,
          hours: 0,
        })}`
      : nothing;
  const jump = p.jumps
    ? fragment`, ${jumpCtes({ filter: p.filter, scope: p.scope, offset: p.skip, counter: counterIn(p), live: p.live }, null)}`
    : nothing;
  return fragment`${liveCtes(scope, p.live)},${scopesCte(p.scope, p.filter)}${window}${jump},`;
}

/** Where the rollups count the list's rows: what each of theirs counts. */
export const counterIn =
  ({ scope, filter }: Pick<ListStep, 'scope' | 'filter'>) =>
  (alias: string): SqlFragment =>
    constant(counterOf(scope, filter, alias) ?? '0');

function totalOf(p: ListStep): SqlFragment {
  if (!p.withTotal) return fragment`NULL::bigint`;
  const counter = counterIn(p)('x');
  if (hasWindow(p.filter)) return fragment`(SELECT coalesce(sum(${counter}), 0)::bigint FROM pieces x)`;
  return fragment`(SELECT coalesce(sum(${counter}), 0)::bigint
            FROM (SELECT t.events, t.events_ok, t.events_open
                    FROM scopes sc
                    JOIN statistics_totals t ON t.user_id = ${p.filter.userId} AND t.scope_id = sc.scope_id
                   UNION ALL
                  SELECT d.events, d.events_ok, d.events_open FROM delta d) x)`;
}

/** Half-open in time: the window, cut at the start and at the edge. */
function boundsOf({
  filter,
  direction,
  start,
  edge,
  jumps,
}: Pick<ListStep, 'filter' | 'direction' | 'start' | 'edge' | 'jumps'>): {
  lo: SqlFragment;
  hi: SqlFragment;
} {
  const from = filter.from ?? (filter.to === undefined ? '-infinity' : MIN_TIME);
  const lows = [fragment`${from}::timestamptz`];
  const highs = [fragment`${filter.to ?? 'infinity'}::timestamptz`];
  const at = start?.position.ingestedAt;
  if (direction === 'older') {
    if (at !== undefined) highs.push(after(at));
    if (edge !== null) highs.push(fragment`${edge}::timestamptz`);
    // least() passes over a null, and a list that ends before the jump does has no page.
    if (jumps) highs.push(fragment`coalesce(${jumpEdge}, '-infinity')`);
  } else {
    if (at !== undefined) lows.push(fragment`${at}::timestamptz`);
    if (edge !== null) lows.push(fragment`${edge}::timestamptz`);
  }
  return { lo: extreme('greatest', lows), hi: extreme('least', highs) };
}

const extreme = (name: 'greatest' | 'least', [first, ...others]: SqlFragment[]): SqlFragment =>
  others.reduce((all, other) => fragment`${constant(name)}(${all}, ${other})`, first ?? nothing);

/** The next moment there can be. */
function after(at: string): SqlFragment {
  if (at === '-infinity') return time(MIN_TIME);
  return at === 'infinity' ? time('infinity') : fragment`(${at}::timestamptz + INTERVAL '1 microsecond')`;
}

function placeOf({ position, isIncluded }: ListStart, direction: ListStep['direction']): SqlFragment {
  const operator = `${direction === 'older' ? '<' : '>'}${isIncluded ? '=' : ''}`;
  return fragment`AND (a.event_ingested_at, a.event_id) ${constant(operator)} (${position.ingestedAt}::timestamptz, ${position.id}::uuid)`;
}
