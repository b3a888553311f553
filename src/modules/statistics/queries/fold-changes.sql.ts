import { constant, fragment, sql } from '../../../kernel/database/sql.js';
import { addFacetCtes, newIn, seenBy, type FoldSnapshot } from '../../events/index.js';
import { addDeltaCtes, addTotalsCte, deltaCtes, durationBin } from './rollup-deltas.js';

export interface FoldedRow {
  /** Versions of attempts that came or went. */
  changes: string;
}

const written = fragment`SELECT 1 AS s, a.user_id, a.event_ingested_at, a.event_id, a.endpoint_id, a.duration_ms, a.success
      FROM delivery_attempts a`;
const superseded = (sign: 1 | -1) =>
  fragment`SELECT ${constant(String(sign))}, v.user_id, v.event_ingested_at, v.event_id, v.endpoint_id, v.duration_ms, v.success
      FROM superseded_attempts v`;

/**
 * Takes what `upper` sees and `lower` did not into the rollups. Both are snapshots, `upper` at most that of this
 * transaction, which must be REPEATABLE READ: then a long absence is caught up in steps.
 */
export const foldChanges = (p: { lower: FoldSnapshot; upper: FoldSnapshot; fineFrom: string }) => {
  const { lower, upper } = p;
  return sql<FoldedRow>('statistics.fold-changes')`
  WITH changed AS MATERIALIZED (${newIn(written, fragment`a.written_in`, lower, upper)}
     UNION ALL
    ${newIn(superseded(1), fragment`v.written_in`, lower, upper, fragment`AND NOT ${seenBy(fragment`v.superseded_in`, upper)}`)}
     UNION ALL
    ${newIn(superseded(-1), fragment`v.superseded_in`, lower, upper, fragment`AND ${seenBy(fragment`v.written_in`, lower)}`)}
  ), lingering AS MATERIALIZED (
    SELECT (SELECT true FROM superseded_attempts v WHERE v.superseded_in >= ${upper.horizon}::xid8 ORDER BY v.superseded_in LIMIT 1)
           IS NOT NULL
           OR EXISTS (SELECT FROM unnest(${[...upper.inFlight]}::xid8[]) f (id)
                       CROSS JOIN LATERAL (SELECT FROM superseded_attempts v WHERE v.superseded_in = f.id OFFSET 0) v) AS are_there
  ), touched AS MATERIALIZED (
    SELECT DISTINCT c.user_id, c.event_ingested_at, c.event_id FROM changed c
  ), present AS MATERIALIZED (
    SELECT t.user_id, t.event_ingested_at, t.event_id, x.endpoint_id, x.success
      FROM touched t
     CROSS JOIN LATERAL (
       SELECT a.endpoint_id, a.success
         FROM delivery_attempts a
        WHERE a.user_id = t.user_id AND a.event_ingested_at = t.event_ingested_at AND a.event_id = t.event_id
          AND ${seenBy(fragment`a.written_in`, upper)}
        UNION ALL
       SELECT v.endpoint_id, v.success
         FROM superseded_attempts v
        WHERE (SELECT l.are_there FROM lingering l)
          AND v.user_id = t.user_id AND v.event_ingested_at = t.event_ingested_at AND v.event_id = t.event_id
          AND ${seenBy(fragment`v.written_in`, upper)} AND NOT ${seenBy(fragment`v.superseded_in`, upper)}
       OFFSET 0) x
  ), ${deltaCtes}, ${addDeltaCtes({ kinds: [0, 1, 2, 3], fineFrom: p.fineFrom })}, ${addTotalsCte}, add_durations AS (
    INSERT INTO statistics_durations AS t (user_id, endpoint_id, bin, attempts, min_ms, max_ms)
    SELECT c.user_id, c.endpoint_id, ${durationBin(fragment`c.duration_ms`)}, sum(c.s)::int,
           coalesce(min(c.duration_ms) FILTER (WHERE c.s > 0), 2147483647),
           coalesce(max(c.duration_ms) FILTER (WHERE c.s > 0), -2147483648)
      FROM changed c
     WHERE c.duration_ms IS NOT NULL
     GROUP BY 1, 2, 3
        ON CONFLICT (user_id, endpoint_id, bin) DO UPDATE
       SET attempts = t.attempts + excluded.attempts,
           min_ms = least(CASE WHEN t.attempts > 0 THEN t.min_ms END, excluded.min_ms),
           max_ms = greatest(CASE WHEN t.attempts > 0 THEN t.max_ms END, excluded.max_ms)
  ), new_events AS MATERIALIZED (
    SELECT s.user_id, s.event_ingested_at, e.block_number, e.contract_address, e.topics[1] AS topic0
      FROM scoped s
     CROSS JOIN LATERAL (SELECT e.block_number, e.contract_address, e.topics FROM events e WHERE e.id = s.event_id OFFSET 0) e
     WHERE s.kind = 0 AND s.n1 > 0 AND s.n1 = s.n
  ), ${addFacetCtes}
  SELECT count(*) AS "changes" FROM changed`;
};
