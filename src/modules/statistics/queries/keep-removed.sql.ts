import { constant, fragment, sql } from '../../../kernel/database/sql.js';
import { newIn, type FoldSnapshot } from '../../events/index.js';
import { addLongerCtes, addTotalsCte, durationBin, summed } from './rollup-deltas.js';

/** The rollups' kind of what was removed: its scopes are sets of endpoints. */
export const REMOVED_KIND = 4;

/** The scope of a set of a user's endpoints, in order. */
export const endpointSet = (user: string, endpoints: string) =>
  constant(`md5('endpoints ' || ${user}::text || ' ' || array_to_string(${endpoints}, ','))::uuid`);

const all: { lower: FoldSnapshot; upper: FoldSnapshot } = {
  lower: { horizon: '0', inFlight: [] },
  upper: { horizon: '18446744073709551615', inFlight: [] },
};

const ofRemovals = fragment`AND v.superseded_in IN (SELECT r.removed_in FROM statistics_removals r)`;
const removedAttempts = fragment`SELECT v.user_id, v.event_ingested_at, v.event_id, v.endpoint_id, v.duration_ms, v.success
      FROM superseded_attempts v`;
/**
 * What the fold takes off the rollups because retention has removed it is counted beside them: for each set of a user's
 * endpoints the events that were tried at exactly these, `events_ok` those that succeeded at exactly these, and so on, and
 * attempts under the set of their own endpoint. So what was removed of any choice of endpoints is the sum of the sets that
 * meet it, also after they have moved or some are gone. An event is removed whole, in one transaction.
 */
export const keepRemoved = ({ lower, upper } = all) => sql<object>('statistics.keep-removed')`
  WITH removed AS MATERIALIZED (${newIn(removedAttempts, fragment`v.superseded_in`, lower, upper, ofRemovals)}
  ), tried AS MATERIALIZED (
    SELECT r.user_id, r.event_ingested_at AS at,
           array_agg(DISTINCT r.endpoint_id ORDER BY r.endpoint_id) AS everywhere,
           array_agg(DISTINCT r.endpoint_id ORDER BY r.endpoint_id) FILTER (WHERE r.success) AS ok,
           array_agg(DISTINCT r.endpoint_id ORDER BY r.endpoint_id) FILTER (WHERE NOT r.success) AS failed
      FROM removed r
     GROUP BY r.user_id, r.event_ingested_at, r.event_id
  ), counted AS MATERIALIZED (
    SELECT t.user_id, x.endpoint_ids, t.at, 0::bigint AS ms, 0::bigint AS ms_ok, 0::bigint AS ms_failed, x.events, x.events_ok, x.events_failed,
           0 AS events_open, 0 AS attempts, 0 AS ok, 0 AS failed, 0 AS timed, 0 AS timed_ok, 0 AS timed_failed
      FROM tried t
     CROSS JOIN LATERAL (VALUES (t.everywhere, 1, 0, 0), (t.ok, 0, 1, 0), (t.failed, 0, 0, 1)
                        ) x (endpoint_ids, events, events_ok, events_failed)
     WHERE x.endpoint_ids IS NOT NULL
     UNION ALL
    SELECT r.user_id, ARRAY[r.endpoint_id], r.event_ingested_at, x.ms, x.ms * x.ok, x.ms * x.failed, 0, 0, 0, 0,
           1, x.ok, x.failed, x.timed, x.timed * x.ok, x.timed * x.failed
      FROM removed r
     CROSS JOIN LATERAL (SELECT coalesce(r.duration_ms, 0) AS ms, (r.duration_ms IS NOT NULL)::int AS timed,
                                coalesce(r.success, false)::int AS ok, coalesce(NOT r.success, false)::int AS failed) x
  ), deltas AS MATERIALIZED (
    SELECT c.user_id, ${endpointSet('c.user_id', 'c.endpoint_ids')} AS scope_id, ${constant(String(REMOVED_KIND))} AS kind,
           date_trunc('hour', c.at, 'UTC') AS bucket, c.endpoint_ids, min(c.at) AS first_at, max(c.at) AS last_at, ${summed}
      FROM counted c
     GROUP BY c.user_id, c.endpoint_ids, date_trunc('hour', c.at, 'UTC')
  ), ${addLongerCtes(fragment`deltas`)}, ${addTotalsCte}, add_sets AS (
    INSERT INTO statistics_removed_sets AS t (user_id, scope_id, endpoint_ids, first_at, last_at)
    SELECT d.user_id, d.scope_id, d.endpoint_ids, min(d.first_at), max(d.last_at)
      FROM deltas d
     GROUP BY d.user_id, d.scope_id, d.endpoint_ids
        ON CONFLICT (user_id, scope_id) DO UPDATE
       SET first_at = least(t.first_at, excluded.first_at), last_at = greatest(t.last_at, excluded.last_at)
  )
  INSERT INTO statistics_removed_durations AS t (endpoint_id, bin, attempts, min_ms, max_ms)
  SELECT r.endpoint_id, ${durationBin(fragment`r.duration_ms`)}, count(*), min(r.duration_ms), max(r.duration_ms)
    FROM removed r
   WHERE r.duration_ms IS NOT NULL
   GROUP BY 1, 2
      ON CONFLICT (endpoint_id, bin) DO UPDATE
     SET attempts = t.attempts + excluded.attempts, min_ms = least(t.min_ms, excluded.min_ms),
         max_ms = greatest(t.max_ms, excluded.max_ms)`;

/** After keepRemoved, with its snapshot. */
export const dropKeptRemovals = ({ horizon, inFlight } = all.upper) => sql<object>(
  'statistics.drop-kept-removals',
)`
  DELETE FROM statistics_removals r
   WHERE r.removed_in < ${horizon}::xid8 AND r.removed_in <> ALL (${[...inFlight]}::xid8[])`;
