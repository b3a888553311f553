import { constant, fragment, type Bindable, type SqlFragment } from '../../../kernel/database/sql.js';
import type { LiveScope } from '../../events/index.js';

/**
 * The sets of endpoints (scope_id in the rollups, out_id) under which is kept what retention has removed of a scope: those
 * with an endpoint of it that is there. With liveCtes before it.
 */
export const removedScopes = ({ userId, members }: LiveScope): SqlFragment =>
  members === null
    ? fragment`
    SELECT k.scope_id, ${userId}::uuid AS out_id
      FROM statistics_removed_sets k
     WHERE k.user_id = ${userId} AND EXISTS (SELECT FROM endpoints p WHERE p.user_id = ${userId} AND p.id = ANY (k.endpoint_ids))`
    : fragment`
    SELECT DISTINCT k.scope_id, m.scope_id AS out_id
      FROM statistics_removed_sets k
      JOIN members m ON m.endpoint_id = ANY (k.endpoint_ids)
      JOIN endpoints p ON p.user_id = ${userId} AND p.id = m.endpoint_id
     WHERE k.user_id = ${userId}`;

/** `removed_times` (endpoint_id, first_at, last_at): of events that were removed, those too that no fold has seen go yet. */
export const removedTimesCte = (userId: Bindable<string>) => fragment`
  removed_times AS MATERIALIZED (
    SELECT e.endpoint_id, k.first_at, k.last_at
      FROM statistics_removed_sets k
     CROSS JOIN LATERAL unnest(k.endpoint_ids) e (endpoint_id)
     WHERE k.user_id = ${userId}
     UNION ALL
    SELECT v.endpoint_id, v.event_ingested_at, v.event_ingested_at
      FROM statistics_removals r
      JOIN superseded_attempts v ON v.superseded_in = r.removed_in
     WHERE v.user_id = ${userId}
  )`;

/** The histogram of an endpoint with what was removed of it; `endpoint` is SQL for its id. */
export const durationsOf = (userId: Bindable<string>, endpoint: string) => fragment`
    SELECT x.bin, sum(x.attempts)::int AS attempts, min(x.min_ms) AS min_ms, max(x.max_ms) AS max_ms
      FROM (SELECT d.bin, d.attempts, d.min_ms, d.max_ms
              FROM statistics_durations d
             WHERE d.user_id = ${userId} AND d.endpoint_id = ${constant(endpoint)} AND d.attempts > 0
             UNION ALL
            SELECT r.bin, r.attempts, r.min_ms, r.max_ms
              FROM statistics_removed_durations r
             WHERE r.endpoint_id = ${constant(endpoint)}) x
     GROUP BY x.bin`;
