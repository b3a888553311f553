import { constant, fragment, sql } from '../../../kernel/database/sql.js';
import { addFacetCtes, seenBy, type FoldSnapshot } from '../../events/index.js';
import { addDeltaCtes, deltaCtes } from './rollup-deltas.js';

export interface RollupRange {
  userId: string;
  kinds: readonly number[];
  /** Whole days (UTC), half-open; -infinity is the bucket of events without a time. */
  from: string;
  to: string;
}

const tables = ['statistics_fine', 'statistics_hours', 'statistics_days'] as const;

/** Takes a user's rollups of these kinds and days away, to be counted anew in the same transaction. */
export const clearRange = (table: (typeof tables)[number], p: RollupRange) =>
  sql<object>(`statistics.clear-range-${table}`)`
  DELETE FROM ${constant(table)} t
   WHERE t.user_id = ${p.userId} AND t.kind = ANY (${p.kinds}::int[])
     AND t.bucket >= ${p.from}::timestamptz AND t.bucket < ${p.to}::timestamptz`;
export const rangeTables = tables;

/** Counts a user's attempts of these days as `snapshot` sees them, which is what the fold has got to. */
export const buildRange = (p: RollupRange & { snapshot: FoldSnapshot; fineFrom: string }) =>
  sql<{ changes: string }>('statistics.build-range')`
  WITH changed AS MATERIALIZED (
    SELECT 1 AS s, a.user_id, a.event_ingested_at, a.event_id, a.endpoint_id, a.duration_ms, a.success
      FROM delivery_attempts a
     WHERE a.user_id = ${p.userId}
       AND a.event_ingested_at >= ${p.from}::timestamptz AND a.event_ingested_at < ${p.to}::timestamptz
       AND ${seenBy(fragment`a.written_in`, p.snapshot)}
     UNION ALL
    SELECT 1, v.user_id, v.event_ingested_at, v.event_id, v.endpoint_id, v.duration_ms, v.success
      FROM superseded_attempts v
     WHERE v.user_id = ${p.userId}
       AND v.event_ingested_at >= ${p.from}::timestamptz AND v.event_ingested_at < ${p.to}::timestamptz
       AND ${seenBy(fragment`v.written_in`, p.snapshot)} AND NOT ${seenBy(fragment`v.superseded_in`, p.snapshot)}
  ), present AS (
    SELECT c.user_id, c.event_ingested_at, c.event_id, c.endpoint_id, c.success FROM changed c
  ), ${deltaCtes}, ${addDeltaCtes({ kinds: p.kinds, fineFrom: p.fineFrom })}, new_events AS MATERIALIZED (
    SELECT s.user_id, s.event_ingested_at, e.block_number, e.contract_address, e.topics[1] AS topic0
      FROM scoped s
      JOIN events e ON e.id = s.event_id
     WHERE s.kind = 0 AND 0 = ANY (${p.kinds}::int[])
  ), ${addFacetCtes}
  SELECT count(*) AS "changes" FROM changed`;
