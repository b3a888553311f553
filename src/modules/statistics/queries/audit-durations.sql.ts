import { fragment, sql } from '../../../kernel/database/sql.js';
import { seenBy, type FoldSnapshot } from '../../events/index.js';
import { auditColumns, type AuditRow } from './audit-columns.js';
import { durationBin } from './rollup-deltas.js';

/**
 * An endpoint's histogram against its attempts as the fold has seen them: how many, the shortest and the longest of a bin.
 * Where attempts were removed, those of the bin are among them: then the bounds are still theirs.
 */
export const auditDurations = (p: {
  userId: string;
  endpointId: string;
  snapshot: FoldSnapshot;
}) => sql<AuditRow>('statistics.audit-durations')`
  WITH counted AS MATERIALIZED (
    SELECT ${durationBin(fragment`x.duration_ms`)} AS bin, count(*) AS attempts, min(x.duration_ms) AS min_ms, max(x.duration_ms) AS max_ms
      FROM (SELECT a.duration_ms
              FROM delivery_attempts a
             WHERE a.user_id = ${p.userId} AND a.endpoint_id = ${p.endpointId} AND ${seenBy(fragment`a.written_in`, p.snapshot)}
             UNION ALL
            SELECT v.duration_ms
              FROM superseded_attempts v
             WHERE v.user_id = ${p.userId} AND v.endpoint_id = ${p.endpointId}
               AND ${seenBy(fragment`v.written_in`, p.snapshot)} AND NOT ${seenBy(fragment`v.superseded_in`, p.snapshot)}) x
     WHERE x.duration_ms IS NOT NULL
     GROUP BY 1
  ), there AS MATERIALIZED (
    SELECT d.bin, d.attempts, d.min_ms, d.max_ms
      FROM statistics_durations d
     WHERE d.user_id = ${p.userId} AND d.endpoint_id = ${p.endpointId} AND d.attempts <> 0
  ), off AS MATERIALIZED (
    SELECT 'durations' AS source, ${p.endpointId}::uuid AS scope_id, coalesce(c.bin, t.bin) AS bin,
           to_jsonb(c) AS counted, to_jsonb(t) AS there,
           (c.attempts, least(c.min_ms, r.min_ms), greatest(c.max_ms, r.max_ms))
             IS DISTINCT FROM (t.attempts, least(t.min_ms, r.min_ms), greatest(t.max_ms, r.max_ms)) AS is_off
      FROM counted c
      FULL JOIN there t ON t.bin = c.bin
      LEFT JOIN statistics_removed_durations r ON r.endpoint_id = ${p.endpointId} AND r.bin = coalesce(c.bin, t.bin)
  )
  SELECT ${auditColumns}
    FROM off o`;
