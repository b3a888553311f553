import { constant, fragment, nothing, type SqlFragment } from '../../../kernel/database/sql.js';
import { contractFacet, topicFacet } from '../live/event-facets.js';
import { endOf } from './list-times.js';

/** Where in time rows of a list may be; all of them, or slots that the rollups and facets tell. */
export type SlotSource =
  | { readonly kind: 'everywhere' }
  /** Hours in which the scopes of the rollups have events of this sort, and those of rows that are in no rollup yet. */
  | { readonly kind: 'hours'; readonly counter: string; readonly scopes: SqlFragment }
  /** Five minutes with an event of the contract and of the first topic. */
  | { readonly kind: 'facets'; readonly contract: string | undefined; readonly topic0: string | undefined }
  /** Hours with blocks of the range; `slots` has these as `blocks`, but null where there are rows in no rollup yet. */
  | { readonly kind: 'blocks'; readonly from: number | undefined; readonly to: number | undefined };

export interface SlotQuery {
  userId: string;
  source: SlotSource;
  /** Half-open; only slots that reach into it. */
  lo: SqlFragment;
  hi: SqlFragment;
  direction: 'older' | 'newer';
  /** Slots to look at, in the order of the direction, … */
  limit: number;
  /** … and not more of them than should have so many rows, where it is known how many a whole slot has. */
  rows: SqlFragment;
}

/** Days of facets to look at in one statement: a day has up to 288 slots, or one. */
const daysOf = (slots: number) => Math.max(2, Math.ceil(slots / 4));

/**
 * `slots` (lo, hi), none overlapping, in the order of the direction, and `slots_end`: where the slots that were looked at end, null when there are no more.
 * Needs `delta` of liveCtes, and `scopes`, where the source is not everywhere.
 */
export function slotsCtes(p: SlotQuery): SqlFragment {
  if (p.source.kind === 'everywhere')
    return fragment`
  slots AS (SELECT ${p.lo} AS lo, ${p.hi} AS hi), slots_end AS (SELECT NULL::timestamptz AS at)`;
  const order = p.direction === 'older' ? 'DESC' : 'ASC';
  const length = p.source.kind === 'facets' ? '5 minutes' : '1 hour';
  const withBlocks = (column: SqlFragment) => (p.source.kind === 'blocks' ? fragment`, ${column}` : nothing);
  return fragment`${daysCte(p, order)}
  candidates AS (${candidatesOf(p, order)}
  ), ordered AS MATERIALIZED (
    SELECT x.lo, sum(sum(x.rows)) OVER (ORDER BY x.lo ${constant(order)}) - sum(x.rows) AS before
           ${withBlocks(fragment`CASE WHEN count(*) = count(x.blocks) THEN (array_agg(x.blocks))[1] END AS blocks`)}
      FROM (SELECT c.lo, c.rows ${withBlocks(fragment`c.blocks`)} FROM candidates c
             UNION ALL
            SELECT date_bin('${constant(length)}', d.at, 'epoch'), 0 ${withBlocks(fragment`NULL`)} FROM delta d
             WHERE d.at >= ${p.lo} AND d.at < ${p.hi}) x
     GROUP BY x.lo
     ORDER BY x.lo ${constant(order)}
     LIMIT ${p.limit}::int
  ), slots AS MATERIALIZED (
    SELECT greatest(x.lo, ${p.lo}) AS lo, least(${endOf('x.lo', length)}, ${p.hi}) AS hi ${withBlocks(fragment`x.blocks`)}
      FROM ordered x
     WHERE x.before < ${p.rows}
     ORDER BY x.lo ${constant(order)}
  ), slots_end AS (
    SELECT CASE WHEN (SELECT count(*) FROM ordered) >= least(${p.limit}::int, count(*) + 1) THEN ${constant(p.direction === 'older' ? 'min(s.lo)' : 'max(s.hi)')}
                ${p.source.kind === 'facets' ? endOfDays(p) : nothing}
           END AS at
      FROM slots s
  )`;
}

/** Days without a slot in common are looked at, too. */
const endOfDays = ({ direction, limit }: SlotQuery) => fragment`
                WHEN (SELECT count(*) FROM days) >= ${daysOf(limit)}::int
                THEN (SELECT ${constant(direction === 'older' ? 'min(d.day)' : 'max(d.day) + 1')} FROM days d)::timestamp AT TIME ZONE 'UTC'`;

function candidatesOf({ userId, source, lo, hi, limit }: SlotQuery, order: string): SqlFragment {
  switch (source.kind) {
    case 'everywhere':
      return nothing;
    case 'hours':
      return fragment`
    SELECT h.lo, h.rows
      FROM ${source.scopes} sc
     CROSS JOIN LATERAL (
       SELECT t.bucket AS lo, CASE WHEN t.bucket >= ${lo} AND ${endOf('t.bucket', '1 hour')} <= ${hi} THEN ${constant(source.counter)} ELSE 0 END AS rows
         FROM statistics_hours t
        WHERE t.user_id = ${userId} AND t.scope_id = sc.scope_id AND t.bucket < ${hi} AND ${endOf('t.bucket', '1 hour')} > ${lo}
          AND t.bucket >= date_bin('1 hour', ${lo}, 'epoch') AND ${constant(source.counter)} > 0
        ORDER BY t.bucket ${constant(order)} LIMIT ${limit}::int) h`;
    case 'blocks': {
      const wanted = fragment`int8multirange(int8range(${source.from ?? null}::bigint, ${source.to ?? null}::bigint, '[]'))`;
      return fragment`
    SELECT b.hour AS lo, 0 AS rows, b.blocks * ${wanted} AS blocks
      FROM event_blocks b
     WHERE b.user_id = ${userId} AND b.hour < ${hi} AND b.hour >= date_bin('1 hour', ${lo}, 'epoch')
       AND b.blocks && ${wanted}
     ORDER BY b.hour ${constant(order)} LIMIT ${limit}::int`;
    }
    case 'facets':
      return fragment`
    SELECT x.lo, 0 AS rows
      FROM (SELECT CASE WHEN isfinite(d.day) THEN (d.day::timestamp AT TIME ZONE 'UTC') + slot * INTERVAL '5 minutes'
                        ELSE '-infinity' END AS lo
              FROM days d
             CROSS JOIN generate_series(0, 287) AS slot
             WHERE get_bit(d.slots, slot) = 1) x
     WHERE x.lo < ${hi} AND x.lo >= date_bin('5 minutes', ${lo}, 'epoch')
     ORDER BY x.lo ${constant(order)} LIMIT ${limit}::int`;
  }
}

/** `days`: the bits of the days with the facets. */
function daysCte({ userId, source, lo, hi, limit }: SlotQuery, order: string): SqlFragment {
  if (source.kind !== 'facets') return nothing;
  const [first, second] = [
    ...(source.contract === undefined ? [] : [contractFacet(fragment`${source.contract}::text`)]),
    ...(source.topic0 === undefined ? [] : [topicFacet(fragment`${source.topic0}::text`)]),
  ];
  const both =
    second === undefined
      ? nothing
      : fragment`JOIN event_facets g ON g.user_id = f.user_id AND g.facet = ${second} AND g.day = f.day`;
  return fragment`
  days AS MATERIALIZED (
    SELECT f.day, f.slots ${second === undefined ? nothing : fragment`& g.slots AS slots`}
      FROM event_facets f
      ${both}
     WHERE f.user_id = ${userId} AND f.facet = ${first ?? nothing}
       AND f.day < ${hi} AND f.day >= (date_bin('1 day', ${lo}, 'epoch') AT TIME ZONE 'UTC')::date
     ORDER BY f.day ${constant(order)} LIMIT ${daysOf(limit)}::int
  ),`;
}
