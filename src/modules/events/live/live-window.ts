import {
  constant,
  fragment,
  nothing,
  type Bindable,
  type SqlFragment,
} from '../../../kernel/database/sql.js';
import type { LiveOptions, LiveScope } from './live-ctes.js';
import { rawCte } from './live-raw.js';
import { eachCounter } from './rollup-counters.js';

export type Bucket = '5m' | 'hour' | 'day';

export interface LiveWindow {
  bucket: Bucket;
  from: string | null;
  to: string | null;
  hours: number;
  /** Attempts from the rollups of what was removed alone: for a choice of endpoints that none of the others counts. */
  isRaw?: boolean;
}

export const strideOf = { '5m': '5 minutes', hour: '1 hour', day: '1 day' } as const;

/** Where an open window stops. */
const NEVER = `'infinity'::timestamptz`;

const down = (unit: string, time: string) => `date_bin('${unit}', ${time}, 'epoch')`;
const up = (unit: string, time: string) =>
  `CASE WHEN ${down(unit, time)} = ${time} THEN ${time} ELSE ${down(unit, time)} + INTERVAL '${unit}' END`;
const nearest = (unit: string, halfOfIt: string, time: string) =>
  down(unit, `${time} + INTERVAL '${halfOfIt}'`);

/** Parts of the window by the ends of `bounds`; those that are empty whatever the time is are left out. */
interface Ranges {
  fine: readonly Range[];
  hours: readonly Range[];
  days: readonly Range[];
}
type Range = readonly [from: string, to: string];

function rangesOf({ bucket, to }: LiveWindow): Ranges {
  const isOpen = to === null;
  if (bucket === '5m') return { fine: [['r0', 'r1']], hours: [], days: [] };
  const fine: Range[] = [['r0', 'h0'], ...(isOpen ? [] : [['h1', 'r1'] as const])];
  if (bucket === 'hour') return { fine, hours: [['h0', 'h1']], days: [] };
  return { fine, hours: [['h0', 'd0'], ...(isOpen ? [] : [['d1', 'h1'] as const])], days: [['d0', 'd1']] };
}

/**
 * `bounds`: how the window [start, stop) is put together. Five-minute rows for [r0, h0) and [h1, r1), hours for [h0, d0) and
 * [d1, h1), days for [d0, d1). r0 and r1 are the ends of rows nearest to start and stop, on either side: what lies between,
 * `edges`, is counted from attempts, and added or taken away. So the window is exact to the microsecond, but for what was
 * removed, which is counted in whole hours.
 */
function boundsCte(window: LiveWindow): SqlFragment {
  const { from, to, hours, isRaw = false } = window;
  const stop = to === null ? constant(NEVER) : fragment`${to}::timestamptz`;
  const start =
    from === null
      ? fragment`${to === null ? fragment`s.as_of` : stop} - make_interval(hours => ${hours})`
      : fragment`${from}::timestamptz`;
  const edge = (one: string, other: string) =>
    constant(
      `SELECT CASE WHEN b.${one} < b.${other} THEN 1 ELSE -1 END AS s, least(b.${one}, b.${other}) AS lo, greatest(b.${one}, b.${other}) AS hi
      FROM bounds b WHERE b.${one} <> b.${other}`,
    );
  const lastEdge = to === null ? nothing : fragment`UNION ALL ${edge('r1', 'stop')}`;
  return fragment`
  bounds AS MATERIALIZED (
    SELECT b.start, b.stop, b.r0, b.h0, b.h1, b.r1, ${daysOf(window)}
      FROM (SELECT w.start, w.stop, ${splitOf(window)}
              FROM (SELECT ${start} AS start, ${stop} AS stop, s.fine_from FROM state s) w) b
  ), edges AS MATERIALIZED (
    ${edge('start', 'r0')} ${lastEdge}
  ), raw_ranges AS (${isRaw ? fragment`SELECT 1 AS s, b.start AS lo, b.stop AS hi FROM bounds b` : fragment`SELECT e.s, e.lo, e.hi FROM edges e`}
  )`;
}

/** r0, h0, h1 and r1, from start, stop and fine_from of w; all at the stop where no row of the rollups fits in between. */
function splitOf({ bucket, to }: LiveWindow): SqlFragment {
  const fine = (time: string) => nearest('5 minutes', '150 seconds', time);
  const hour = (time: string) => nearest('1 hour', '30 minutes', time);
  const [hourUp, hourDown] = [up('1 hour', 'w.start'), down('1 hour', 'w.stop')];
  const either = (isFine: string, end: string, otherwise: string) =>
    `CASE WHEN ${isFine} THEN ${end} ELSE ${otherwise} END`;
  const atStart = (end: string) => either('w.start >= w.fine_from', end, hour('w.start'));
  const atStop = (end: string) => either(`${hourDown} >= w.fine_from`, end, hour('w.stop'));
  const ends =
    bucket === '5m'
      ? { r0: fine('w.start'), h0: fine('w.stop'), h1: fine('w.stop'), r1: fine('w.stop') }
      : {
          r0: atStart(fine('w.start')),
          h0: atStart(hourUp),
          h1: atStop(hourDown),
          r1: atStop(fine('w.stop')),
        };
  const conditions = [
    ...(bucket === '5m' ? ['w.start >= w.fine_from'] : []),
    ...(to === null ? [] : [isLong(bucket, hourUp, hourDown)]),
  ];
  const split = Object.entries(ends).map(([name, end]) => {
    const isOpenEnd = to === null && end.includes('w.stop');
    const known = isOpenEnd ? NEVER : end;
    const otherwise = name === 'r0' ? 'greatest(w.start, w.stop)' : 'w.stop';
    const isSure = conditions.length === 0 || isOpenEnd;
    return `${isSure ? known : either(conditions.join(' AND '), known, otherwise)} AS ${name}`;
  });
  return constant(split.join(', '));
}

const isLong = (bucket: Bucket, hourUp: string, hourDown: string) =>
  bucket === '5m'
    ? `${up('5 minutes', 'w.start')} <= ${down('5 minutes', 'w.stop')}`
    : `${hourUp} <= ${hourDown}`;

/** d0 and d1, from h0 and h1 of b. */
function daysOf({ bucket, to }: LiveWindow): SqlFragment {
  const [dayUp, dayDown] = [up('1 day', 'b.h0'), down('1 day', 'b.h1')];
  if (bucket !== 'day') return constant('b.h1 AS d0, b.h1 AS d1');
  if (to === null) return constant(`${dayUp} AS d0, ${NEVER} AS d1`);
  const split = (end: string) => `CASE WHEN ${dayUp} <= ${dayDown} THEN ${end} ELSE b.h1 END`;
  return constant(`${split(dayUp)} AS d0, ${split(dayDown)} AS d1`);
}

/** Followed by UNION ALL; nothing where there is no range. */
function rollupRows(userId: Bindable<string>, table: string, ranges: readonly Range[]): SqlFragment {
  if (ranges.length === 0) return nothing;
  const [[from, to]] = ranges as [Range];
  const isOne = ranges.length === 1;
  const [lo, hi] = isOne
    ? [constant(`b.${from}`), constant(`b.${to}`)]
    : [constant('r.lo'), constant('r.hi')];
  const list = constant(ranges.map((range) => `(b.${range[0]}, b.${range[1]})`).join(', '));
  return fragment`
    SELECT sc.out_id AS scope_id, x.*
      FROM bounds b ${isOne ? nothing : fragment`CROSS JOIN LATERAL (VALUES ${list}) r (lo, hi)`}
     CROSS JOIN scopes sc
     CROSS JOIN LATERAL (
       SELECT t.bucket AS at, ${eachCounter((name) => `t.${name}`)}
         FROM ${constant(table)} t
        WHERE t.user_id = ${userId} AND t.scope_id = sc.scope_id AND t.bucket >= ${lo} AND t.bucket < ${hi} OFFSET 0) x
     WHERE ${lo} < ${hi}
     UNION ALL`;
}

/**
 * `pieces`: the counters of the window (scope_id, at, …), none counted twice, each within one bucket. Needs liveCtes before
 * it, and `scopes` (scope_id in the rollups, out_id): whose rollup rows count for whom.
 */
export function windowCtes(scope: LiveScope, options: LiveOptions, window: LiveWindow): SqlFragment {
  const { fine, hours, days } = rangesOf(window);
  return fragment`${boundsCte(window)},
  ${rawCte(scope, options)}, pieces AS (${rollupRows(scope.userId, 'statistics_fine', fine)}
    ${rollupRows(scope.userId, 'statistics_hours', hours)}
    ${rollupRows(scope.userId, 'statistics_days', days)}
    SELECT d.* FROM delta d, bounds b WHERE d.at >= b.r0 AND d.at < b.r1 AND NOT ${constant(String(window.isRaw ?? false))}
     UNION ALL
    SELECT w.* FROM raw w
  )`;
}

/** What every live statement tells of itself; the rest of a row means nothing where it is stale or behind. */
export interface LiveRow {
  asOf: string;
  /** false: between two moments, while the fold catches up in steps. */
  isOfOneMoment: boolean;
  /** The rollups are being counted anew. */
  isStale: boolean;
  /** Too much is in no rollup yet. */
  isBehind: boolean;
  /** The window ends within an hour of which attempts may have been removed: counted up to the nearest hour. */
  isCut: boolean;
}

/** With windowCtes. */
export const isCut = fragment`EXISTS (SELECT FROM edges e, ethhook_admin_retention t WHERE e.lo < t.attempts_before)`;

export const liveColumns = ({ mode }: LiveOptions, cut = fragment`false`) => fragment`
         s.as_of AS "asOf", ${mode === 'live' ? fragment`true` : fragment`s.caught_up`} AS "isOfOneMoment",
         s.is_stale AS "isStale", bh.is_behind AS "isBehind", ${cut} AS "isCut"`;
