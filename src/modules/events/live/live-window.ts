import { constant, fragment, type Bindable, type SqlFragment } from '../../../kernel/database/sql.js';
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

const down = (unit: string, time: string) => `date_bin('${unit}', ${time}, 'epoch')`;
const up = (unit: string, time: string) =>
  `CASE WHEN ${down(unit, time)} = ${time} THEN ${time} ELSE ${down(unit, time)} + INTERVAL '${unit}' END`;
const nearest = (unit: string, halfOfIt: string, time: string) =>
  down(unit, `${time} + INTERVAL '${halfOfIt}'`);

/**
 * `bounds`: how the window [start, stop) is put together. Five-minute rows for [r0, h0) and [h1, r1), hours for [h0, d0) and
 * [d1, h1), days for [d0, d1). r0 and r1 are the ends of rows nearest to start and stop, on either side: what lies between,
 * `edges`, is counted from attempts, and added or taken away. So the window is exact to the microsecond, but for what was
 * removed, which is counted in whole hours.
 */
function boundsCte({ bucket, from, to, hours, isRaw = false }: LiveWindow): SqlFragment {
  const start = fragment`coalesce(${from}::timestamptz, coalesce(${to}::timestamptz, s.as_of) - make_interval(hours => ${hours}))`;
  const isSplit =
    bucket === '5m'
      ? `w.start >= w.fine_from AND ${up('5 minutes', 'w.start')} <= ${down('5 minutes', 'w.stop')}`
      : 'w.hour_up <= w.hour_down';
  const [fine0, fine1] = ['w.start', 'w.stop'].map((time) => nearest('5 minutes', '150 seconds', time));
  const [hour0, hour1] = ['w.start', 'w.stop'].map((time) => nearest('1 hour', '30 minutes', time));
  const [isFine0, isFine1] = ['w.start >= w.fine_from', 'w.hour_down >= w.fine_from'];
  const [r0, h0, h1, r1] =
    bucket === '5m'
      ? [fine0, fine1, fine1, fine1]
      : [
          `CASE WHEN ${isFine0} THEN ${fine0} ELSE ${hour0} END`,
          `CASE WHEN ${isFine0} THEN w.hour_up ELSE ${hour0} END`,
          `CASE WHEN ${isFine1} THEN w.hour_down ELSE ${hour1} END`,
          `CASE WHEN ${isFine1} THEN ${fine1} ELSE ${hour1} END`,
        ];
  const byDay = bucket === 'day' ? `b.day_up <= b.day_down` : 'false';
  const split = (edge: string | undefined, otherwise: string) =>
    constant(`CASE WHEN ${isSplit} THEN ${edge ?? ''} ELSE ${otherwise} END`);
  return fragment`
  bounds AS MATERIALIZED (
    SELECT b.start, b.stop, b.r0, b.h0, b.h1, b.r1,
           CASE WHEN ${constant(byDay)} THEN b.day_up ELSE b.h1 END AS d0,
           CASE WHEN ${constant(byDay)} THEN b.day_down ELSE b.h1 END AS d1
      FROM (SELECT w.*, ${constant(up('1 day', 'w.h0'))} AS day_up, ${constant(down('1 day', 'w.h1'))} AS day_down
              FROM (SELECT w.start, w.stop, ${split(r0, 'greatest(w.start, w.stop)')} AS r0, ${split(h0, 'w.stop')} AS h0,
                           ${split(h1, 'w.stop')} AS h1, ${split(r1, 'w.stop')} AS r1
                      FROM (SELECT w.start, w.stop, w.fine_from,
                                   ${constant(up('1 hour', 'w.start'))} AS hour_up, ${constant(down('1 hour', 'w.stop'))} AS hour_down
                              FROM (SELECT ${start} AS start, coalesce(${to}::timestamptz, 'infinity') AS stop, s.fine_from
                                      FROM state s) w) w) w) b
  ), edges AS MATERIALIZED (
    SELECT CASE WHEN b.start < b.r0 THEN 1 ELSE -1 END AS s, least(b.start, b.r0) AS lo, greatest(b.start, b.r0) AS hi
      FROM bounds b WHERE b.start <> b.r0
     UNION ALL
    SELECT CASE WHEN b.r1 < b.stop THEN 1 ELSE -1 END, least(b.r1, b.stop), greatest(b.r1, b.stop)
      FROM bounds b WHERE b.r1 <> b.stop
  ), raw_ranges AS MATERIALIZED (${isRaw ? fragment`SELECT 1 AS s, b.start AS lo, b.stop AS hi FROM bounds b` : fragment`SELECT e.s, e.lo, e.hi FROM edges e`}
  )`;
}

const rollupRows = (
  userId: Bindable<string>,
  table: string,
  ranges: readonly (readonly [string, string])[],
) => fragment`
    SELECT sc.out_id AS scope_id, x.*
      FROM bounds b
     CROSS JOIN LATERAL (VALUES ${constant(ranges.map(([lo, hi]) => `(b.${lo}, b.${hi})`).join(', '))}) r (lo, hi)
     CROSS JOIN scopes sc
     CROSS JOIN LATERAL (
       SELECT t.bucket AS at, ${eachCounter((name) => `t.${name}`)}
         FROM ${constant(table)} t
        WHERE t.user_id = ${userId} AND t.scope_id = sc.scope_id AND t.bucket >= r.lo AND t.bucket < r.hi OFFSET 0) x
     WHERE r.lo < r.hi`;

/**
 * `pieces`: the counters of the window (scope_id, at, …), none counted twice, each within one bucket. Needs liveCtes before
 * it, and `scopes` (scope_id in the rollups, out_id): whose rollup rows count for whom.
 */
export const windowCtes = (
  scope: LiveScope,
  options: LiveOptions,
  window: LiveWindow,
) => fragment`${boundsCte(window)},
  ${rawCte(scope, options)}, pieces AS (${rollupRows(scope.userId, 'statistics_fine', [
    ['r0', 'h0'],
    ['h1', 'r1'],
  ])}
     UNION ALL${rollupRows(scope.userId, 'statistics_hours', [
       ['h0', 'd0'],
       ['d1', 'h1'],
     ])}
     UNION ALL${rollupRows(scope.userId, 'statistics_days', [['d0', 'd1']])}
     UNION ALL
    SELECT d.* FROM delta d, bounds b WHERE d.at >= b.r0 AND d.at < b.r1 AND NOT ${constant(String(window.isRaw ?? false))}
     UNION ALL
    SELECT w.* FROM raw w
  )`;

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
