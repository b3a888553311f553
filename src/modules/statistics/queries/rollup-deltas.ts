import { constant, fragment, type SqlFragment } from '../../../kernel/database/sql.js';
import { counterNames, counterSums, eachCounter } from '../../events/index.js';

const added = eachCounter((name) => `${name} = t.${name} + excluded.${name}`);

/** `duration_ms` in its bin: exact up to 100, then two percent wide, so that the middle of a bin is at most 1 % off. */
export const durationBin = (duration: SqlFragment) =>
  fragment`(CASE WHEN ${duration} <= 100 THEN greatest(${duration}, 0)
                 ELSE 100 + ceil(ln(${duration} / 100.0::float8) / ln(1.02::float8)) END)::smallint`;

const chainScope = (user: string, chains: string) =>
  constant(`md5('chains ' || ${user}::text || ' ' || array_to_string(${chains}, ','))::uuid`);

/**
 * From `changed` (s, user_id, event_ingested_at, event_id, endpoint_id, duration_ms, success: rows that came, s = 1, or went,
 * s = -1) and `present` (the attempts of those events afterwards) to `deltas`, what each scope's counters change by in
 * each five minutes. What an event was before follows from what it is and what changed, so no row is needed that is gone.
 */
export const deltaCtes = fragment`
  pairs AS MATERIALIZED (
    SELECT x.user_id, x.event_ingested_at, x.event_id, x.endpoint_id,
           sum(x.is) AS n1,
           coalesce(sum(x.is) FILTER (WHERE x.success), 0) AS ok1,
           coalesce(sum(x.is) FILTER (WHERE NOT x.success), 0) AS failed1,
           sum(x.s) AS n,
           coalesce(sum(x.s) FILTER (WHERE x.success), 0) AS ok,
           coalesce(sum(x.s) FILTER (WHERE NOT x.success), 0) AS failed,
           coalesce(sum(x.s) FILTER (WHERE x.duration_ms IS NOT NULL), 0) AS timed,
           coalesce(sum(x.s) FILTER (WHERE x.duration_ms IS NOT NULL AND x.success), 0) AS timed_ok,
           coalesce(sum(x.s) FILTER (WHERE x.duration_ms IS NOT NULL AND NOT x.success), 0) AS timed_failed,
           coalesce(sum(x.s::bigint * x.duration_ms), 0) AS ms,
           coalesce(sum(x.s::bigint * x.duration_ms) FILTER (WHERE x.success), 0) AS ms_ok,
           coalesce(sum(x.s::bigint * x.duration_ms) FILTER (WHERE NOT x.success), 0) AS ms_failed
      FROM (SELECT 1 AS is, 0 AS s, p.user_id, p.event_ingested_at, p.event_id, p.endpoint_id, NULL::integer AS duration_ms,
                   p.success
              FROM present p
             UNION ALL
            SELECT 0, c.s, c.user_id, c.event_ingested_at, c.event_id, c.endpoint_id, c.duration_ms, c.success
              FROM changed c) x
     GROUP BY x.user_id, x.event_ingested_at, x.event_id, x.endpoint_id
  ), placed AS MATERIALIZED (
    SELECT p.*, se.application_id, se.chain_ids
      FROM pairs p
      JOIN statistics_endpoints se ON se.endpoint_id = p.endpoint_id
  ), scoped AS MATERIALIZED (
    SELECT p.user_id, p.event_ingested_at, p.event_id,
           CASE WHEN grouping(p.endpoint_id) = 0 THEN p.endpoint_id
                WHEN grouping(p.application_id) = 0 THEN p.application_id
                ELSE p.user_id END AS scope_id,
           CASE WHEN grouping(p.endpoint_id) = 0 THEN 2 WHEN grouping(p.application_id) = 0 THEN 1 ELSE 0 END AS kind,
           sum(p.n1) AS n1, sum(p.ok1) AS ok1, sum(p.failed1) AS failed1,
           sum(p.n) AS n, sum(p.ok) AS ok, sum(p.failed) AS failed,
           sum(p.timed) AS timed, sum(p.timed_ok) AS timed_ok, sum(p.timed_failed) AS timed_failed,
           sum(p.ms) AS ms, sum(p.ms_ok) AS ms_ok, sum(p.ms_failed) AS ms_failed
      FROM placed p
     GROUP BY GROUPING SETS ((p.user_id, p.event_ingested_at, p.event_id, p.endpoint_id),
                             (p.user_id, p.event_ingested_at, p.event_id, p.application_id),
                             (p.user_id, p.event_ingested_at, p.event_id))
  ), chains AS MATERIALIZED (
    SELECT p.user_id, p.event_ingested_at, p.event_id,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.n1 > 0) AS all1,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.ok1 > 0) AS ok1,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.failed1 > 0) AS failed1,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.n1 - p.n > 0) AS all0,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.ok1 - p.ok > 0) AS ok0,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.failed1 - p.failed > 0) AS failed0
      FROM placed p
     CROSS JOIN LATERAL unnest(p.chain_ids) AS c (chain)
     GROUP BY p.user_id, p.event_ingested_at, p.event_id
  ), chain_changes AS (
    SELECT c.user_id, c.event_ingested_at, x.chain_ids, x.events, x.events_ok, x.events_failed,
           0 AS n, 0 AS ok, 0 AS failed, 0 AS timed, 0 AS timed_ok, 0 AS timed_failed, 0 AS ms, 0 AS ms_ok, 0 AS ms_failed
      FROM chains c
     CROSS JOIN LATERAL (VALUES (c.all1, 1, 0, 0), (c.all0, -1, 0, 0), (c.ok1, 0, 1, 0), (c.ok0, 0, -1, 0),
                                (c.failed1, 0, 0, 1), (c.failed0, 0, 0, -1)
                        ) AS x (chain_ids, events, events_ok, events_failed)
     WHERE x.chain_ids IS NOT NULL
     UNION ALL
    SELECT p.user_id, p.event_ingested_at, p.chain_ids, 0, 0, 0,
           p.n, p.ok, p.failed, p.timed, p.timed_ok, p.timed_failed, p.ms, p.ms_ok, p.ms_failed
      FROM placed p
     WHERE p.chain_ids <> '{}'
  ), chain_sums AS MATERIALIZED (
    SELECT c.user_id, c.chain_ids, ${chainScope('c.user_id', 'c.chain_ids')} AS scope_id,
           date_bin('5 minutes', c.event_ingested_at, 'epoch') AS bucket,
           sum(c.ms) AS ms, sum(c.ms_ok) AS ms_ok, sum(c.ms_failed) AS ms_failed,
           sum(c.events) AS events, sum(c.events_ok) AS events_ok, sum(c.events_failed) AS events_failed, 0 AS events_open,
           sum(c.n) AS attempts, sum(c.ok) AS ok, sum(c.failed) AS failed,
           sum(c.timed) AS timed, sum(c.timed_ok) AS timed_ok, sum(c.timed_failed) AS timed_failed
      FROM chain_changes c
     GROUP BY 1, 2, 3, 4
  ), deltas AS MATERIALIZED (
    SELECT s.user_id, s.scope_id, s.kind, date_bin('5 minutes', s.event_ingested_at, 'epoch') AS bucket,
           sum(s.ms) AS ms, sum(s.ms_ok) AS ms_ok, sum(s.ms_failed) AS ms_failed,
           sum((s.n1 > 0)::int - (s.n1 - s.n > 0)::int) AS events,
           sum((s.ok1 > 0)::int - (s.ok1 - s.ok > 0)::int) AS events_ok,
           sum((s.failed1 > 0)::int - (s.failed1 - s.failed > 0)::int) AS events_failed,
           sum((s.n1 > 0 AND s.ok1 + s.failed1 = 0)::int
               - (s.n1 - s.n > 0 AND s.ok1 - s.ok + s.failed1 - s.failed = 0)::int) AS events_open,
           sum(s.n) AS attempts, sum(s.ok) AS ok, sum(s.failed) AS failed,
           sum(s.timed) AS timed, sum(s.timed_ok) AS timed_ok, sum(s.timed_failed) AS timed_failed
      FROM scoped s
     GROUP BY 1, 2, 3, 4
     UNION ALL
    SELECT c.user_id, c.scope_id, 3, c.bucket, ${counterNames}
      FROM chain_sums c
  )`;

const upsert = (table: string, bucket: SqlFragment, from: SqlFragment, where: SqlFragment) => fragment`
    INSERT INTO ${constant(table)} AS t (user_id, scope_id, bucket, kind, ${counterNames})
    SELECT d.user_id, d.scope_id, ${bucket}, d.kind, ${counterSums}
      FROM ${from} d
     WHERE ${where}
     GROUP BY 1, 2, 3, 4
        ON CONFLICT (user_id, scope_id, bucket) DO UPDATE SET ${added}`;

/** Adds the `deltas` of these kinds to the rollups of five minutes, hours and days. */
export const addDeltaCtes = (p: { kinds: readonly number[]; fineFrom: string }) => fragment`
  chain_sets AS (
    INSERT INTO statistics_chain_sets (user_id, scope_id, chain_ids)
    SELECT DISTINCT c.user_id, c.scope_id, c.chain_ids FROM chain_sums c WHERE 3 = ANY (${p.kinds}::int[])
        ON CONFLICT (user_id, scope_id) DO NOTHING
  ), hourly AS MATERIALIZED (
    SELECT d.user_id, d.scope_id, d.kind, date_trunc('hour', d.bucket, 'UTC') AS bucket, ${counterSums}
      FROM deltas d WHERE d.kind = ANY (${p.kinds}::int[])
     GROUP BY 1, 2, 3, 4
  ), add_fine AS (${upsert('statistics_fine', fragment`d.bucket`, fragment`deltas`, fragment`d.kind = ANY (${p.kinds}::int[]) AND d.bucket >= ${p.fineFrom}::timestamptz`)}
  ), add_hours AS (${upsert('statistics_hours', fragment`d.bucket`, fragment`hourly`, fragment`true`)}
  ), add_days AS (${upsert('statistics_days', fragment`date_trunc('day', d.bucket, 'UTC')`, fragment`hourly`, fragment`true`)}
  )`;

export const addTotalsCte = fragment`
  add_totals AS (${upsert('statistics_totals', fragment`'-infinity'::timestamptz`, fragment`hourly`, fragment`true`)}
  )`;
