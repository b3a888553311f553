import { fragment, sql } from '../../../kernel/database/sql.js';
import { newIn, seenBy, type FoldSnapshot } from '../../events/index.js';
import { durationBin } from './rollup-deltas.js';

const superseded = fragment`SELECT v.user_id, v.endpoint_id, v.duration_ms FROM superseded_attempts v`;

// What retention has removed goes on to count, and its bounds with it.
const deleted = fragment`AND v.superseded_in NOT IN (SELECT r.removed_in FROM statistics_removals r)`;

/**
 * Bins of which an attempt went that was their shortest or longest get their bounds from the attempts that `upper` sees;
 * bins of one millisecond need none, nor do those of a deleted endpoint, whose attempts all go. Run after the fold, with its snapshots. All attempts of an endpoint are read, once
 * however many of its bins there are.
 */
export const repairDurationBounds = (p: { lower: FoldSnapshot; upper: FoldSnapshot }) =>
  sql<object>('statistics.repair-duration-bounds')`
  WITH gone AS MATERIALIZED (
    SELECT DISTINCT x.user_id, x.endpoint_id, ${durationBin(fragment`x.duration_ms`)} AS bin, x.duration_ms
      FROM (${newIn(superseded, fragment`v.superseded_in`, p.lower, p.upper, fragment`AND ${seenBy(fragment`v.written_in`, p.lower)} ${deleted}`)}) x
     WHERE x.duration_ms NOT BETWEEN -100 AND 100
  ), loose AS MATERIALIZED (
    SELECT x.user_id, x.endpoint_id, array_agg(x.bin) AS bins
      FROM (SELECT DISTINCT d.user_id, d.endpoint_id, d.bin
              FROM gone g
             CROSS JOIN LATERAL (
               SELECT d.* FROM statistics_durations d
                WHERE d.user_id = g.user_id AND d.endpoint_id = g.endpoint_id AND d.bin = g.bin OFFSET 0) d
             WHERE d.attempts > 0 AND (g.duration_ms <= d.min_ms OR g.duration_ms >= d.max_ms)
               AND NOT EXISTS (SELECT FROM endpoints p WHERE p.id = d.endpoint_id AND p.deleted_at IS NOT NULL)) x
     GROUP BY x.user_id, x.endpoint_id
  ), bounds AS MATERIALIZED (
    SELECT l.user_id, l.endpoint_id, x.bin, x.min_ms, x.max_ms
      FROM loose l
     CROSS JOIN LATERAL (
       SELECT ${durationBin(fragment`a.duration_ms`)} AS bin, min(a.duration_ms) AS min_ms, max(a.duration_ms) AS max_ms
         FROM (SELECT a.duration_ms
                 FROM (SELECT x.user_id, x.duration_ms, x.written_in
                         FROM delivery_attempts x WHERE x.endpoint_id = l.endpoint_id OFFSET 0) a
                WHERE a.user_id = l.user_id AND ${seenBy(fragment`a.written_in`, p.upper)}
                UNION ALL
               SELECT v.duration_ms
                 FROM superseded_attempts v
                WHERE v.user_id = l.user_id AND v.endpoint_id = l.endpoint_id
                  AND ${seenBy(fragment`v.written_in`, p.upper)} AND NOT ${seenBy(fragment`v.superseded_in`, p.upper)}) a
        WHERE ${durationBin(fragment`a.duration_ms`)} = ANY (l.bins)
        GROUP BY 1) x
  )
  UPDATE statistics_durations t
     SET min_ms = b.min_ms, max_ms = b.max_ms
    FROM bounds b
   WHERE t.user_id = b.user_id AND t.endpoint_id = b.endpoint_id AND t.bin = b.bin`;

export const dropEmptyBins = () => sql<object>('statistics.drop-empty-bins')`
  DELETE FROM statistics_durations t WHERE t.attempts = 0`;
