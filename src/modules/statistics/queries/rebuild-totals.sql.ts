import { fragment, sql } from '../../../kernel/database/sql.js';
import { counterNames, counterSums, type FoldSnapshot, seenBy } from '../../events/index.js';
import { durationBin } from './rollup-deltas.js';

interface UserKinds {
  userId: string;
  kinds: readonly number[];
}

export const clearTotals = (p: UserKinds) => sql<object>('statistics.clear-totals')`
  DELETE FROM statistics_totals t WHERE t.user_id = ${p.userId} AND t.kind = ANY (${p.kinds}::int[])`;

/** The totals are the sums of the days: distinct events add up over time, since an event has one time. */
export const buildTotals = (p: UserKinds) => sql<object>('statistics.build-totals')`
  INSERT INTO statistics_totals (user_id, scope_id, bucket, kind, ${counterNames})
  SELECT d.user_id, d.scope_id, '-infinity', d.kind, ${counterSums}
    FROM statistics_days d
   WHERE d.user_id = ${p.userId} AND d.kind = ANY (${p.kinds}::int[])
   GROUP BY d.user_id, d.scope_id, d.kind`;

export const clearDurations = (p: { userId: string }) => sql<object>('statistics.clear-durations')`
  DELETE FROM statistics_durations t WHERE t.user_id = ${p.userId}`;

/** The histogram of each of the user's endpoints, as `snapshot` sees the attempts. */
export const buildDurations = (p: { userId: string; snapshot: FoldSnapshot }) =>
  sql<object>('statistics.build-durations')`
  INSERT INTO statistics_durations (user_id, endpoint_id, bin, attempts, min_ms, max_ms)
  SELECT x.user_id, x.endpoint_id, ${durationBin(fragment`x.duration_ms`)}, count(*), min(x.duration_ms), max(x.duration_ms)
    FROM (SELECT a.user_id, a.endpoint_id, a.duration_ms
            FROM delivery_attempts a
           WHERE a.user_id = ${p.userId} AND ${seenBy(fragment`a.written_in`, p.snapshot)}
           UNION ALL
          SELECT v.user_id, v.endpoint_id, v.duration_ms
            FROM superseded_attempts v
           WHERE v.user_id = ${p.userId}
             AND ${seenBy(fragment`v.written_in`, p.snapshot)} AND NOT ${seenBy(fragment`v.superseded_in`, p.snapshot)}) x
   WHERE x.duration_ms IS NOT NULL
   GROUP BY 1, 2, 3`;
