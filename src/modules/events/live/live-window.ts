import { constant, fragment, type SqlFragment } from '../../../kernel/database/sql.js';
import { rawCtes, type LiveOptions, type LiveScope } from './live-ctes.js';
import { eachCounter } from './rollup-counters.js';

export type Bucket = '5m' | 'hour' | 'day';

export interface LiveWindow {
  bucket: Bucket;
  from: string | null;
  to: string | null;
  hours: number;
  /** Nothing from the rollups: for a choice of endpoints that none of them counts. */
  isRaw?: boolean;
}

export const strideOf = { '5m': '5 minutes', hour: '1 hour', day: '1 day' } as const;

const down = (unit: string, time: string) => `date_bin('${unit}', ${time}, 'epoch')`;
const up = (unit: string, time: string) =>
  `CASE WHEN ${down(unit, time)} = ${time} THEN ${time} ELSE ${down(unit, time)} + INTERVAL '${unit}' END`;

/**
 * `bounds`: how the window [start, stop) is put together. Attempts themselves for [start, r0) and [r1, stop), five-minute
 * rows for [r0, h0) and [h1, r1), hours for [h0, d0) and [d1, h1), days for [d0, d1). Rows of one size never overlap the
 * window's ends, so it is exact to the microsecond.
 */
function boundsCte({ bucket, from, to, hours, isRaw = false }: LiveWindow): SqlFragment {
  const start = fragment`coalesce(${from}::timestamptz, coalesce(${to}::timestamptz, s.as_of) - make_interval(hours => ${hours}))`;
  const isSplit = isRaw
    ? 'false'
    : bucket === '5m'
      ? 'w.start >= w.fine_from AND w.fine_up <= w.fine_down'
      : 'w.hour_up <= w.hour_down';
  const [r0, h0, h1, r1] =
    bucket === '5m'
      ? ['w.fine_up', 'w.fine_down', 'w.fine_down', 'w.fine_down']
      : [
          'CASE WHEN w.start >= w.fine_from THEN w.fine_up ELSE w.hour_up END',
          'w.hour_up',
          'w.hour_down',
          'CASE WHEN w.hour_down >= w.fine_from THEN w.fine_down ELSE w.hour_down END',
        ];
  const byDay = bucket === 'day' ? `b.day_up <= b.day_down` : 'false';
  return fragment`
  bounds AS MATERIALIZED (
    SELECT b.start, b.stop, b.r0, b.h0, b.h1, b.r1,
           CASE WHEN ${constant(byDay)} THEN b.day_up ELSE b.h1 END AS d0,
           CASE WHEN ${constant(byDay)} THEN b.day_down ELSE b.h1 END AS d1
      FROM (SELECT w.*, ${constant(up('1 day', 'w.h0'))} AS day_up, ${constant(down('1 day', 'w.h1'))} AS day_down
              FROM (SELECT w.start, w.stop,
                           CASE WHEN ${constant(isSplit)} THEN ${constant(r0 ?? '')} ELSE w.stop END AS r0,
                           CASE WHEN ${constant(isSplit)} THEN ${constant(h0 ?? '')} ELSE w.stop END AS h0,
                           CASE WHEN ${constant(isSplit)} THEN ${constant(h1 ?? '')} ELSE w.stop END AS h1,
                           CASE WHEN ${constant(isSplit)} THEN ${constant(r1 ?? '')} ELSE w.stop END AS r1
                      FROM (SELECT w.start, w.stop, w.fine_from,
                                   ${constant(up('5 minutes', 'w.start'))} AS fine_up, ${constant(up('1 hour', 'w.start'))} AS hour_up,
                                   ${constant(down('5 minutes', 'w.stop'))} AS fine_down, ${constant(down('1 hour', 'w.stop'))} AS hour_down
                              FROM (SELECT ${start} AS start, coalesce(${to}::timestamptz, 'infinity') AS stop, s.fine_from
                                      FROM state s) w) w) w) b
  ), raw_ranges AS MATERIALIZED (
    SELECT b.start AS lo, b.r0 AS hi FROM bounds b
     UNION ALL
    SELECT b.r1, b.stop FROM bounds b WHERE b.r1 < b.stop
  )`;
}

const rollupRows = (
  userId: string,
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
  ${rawCtes(scope, options)}, pieces AS (${rollupRows(scope.userId, 'statistics_fine', [
    ['r0', 'h0'],
    ['h1', 'r1'],
  ])}
     UNION ALL${rollupRows(scope.userId, 'statistics_hours', [
       ['h0', 'd0'],
       ['d1', 'h1'],
     ])}
     UNION ALL${rollupRows(scope.userId, 'statistics_days', [['d0', 'd1']])}
     UNION ALL
    SELECT d.* FROM delta d, bounds b WHERE d.at >= b.r0 AND d.at < b.r1
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
}

export const liveColumns = ({ mode }: LiveOptions) => fragment`
         s.as_of AS "asOf", ${mode === 'live' ? fragment`true` : fragment`s.caught_up`} AS "isOfOneMoment",
         s.is_stale AS "isStale", bh.is_behind AS "isBehind"`;
