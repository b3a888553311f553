import { constant, fragment, type SqlFragment } from '../../../kernel/database/sql.js';
import { counterNames, eachCounter } from '../../events/index.js';

export const added = eachCounter((name) => `${name} = t.${name} + excluded.${name}`);
const typeOf = (counter: string) => (counter.startsWith('ms') ? 'bigint' : 'integer');
/** In the rollups' own types: numeric, which sum() makes of a bigint, is summed several times slower, in 8 kB for each group. */
export const summed = eachCounter((name) => `sum(${name})::${typeOf(name)} AS ${name}`);

/**
 * `duration_ms` in its bin: exact up to 100, then two percent wide, so that the middle of a bin is at most 1 % off; what is
 * below zero (a clock that was set back) mirrors it.
 */
export const durationBin = (duration: SqlFragment) =>
  fragment`(CASE WHEN ${duration} BETWEEN -100 AND 100 THEN ${duration}
                 ELSE sign(${duration}::float8) * (100 + ceil(ln(abs(${duration}::float8) / 100.0::float8) / ln(1.02::float8))) END)::smallint`;

const chainScope = (user: string, chains: string) =>
  constant(`md5('chains ' || ${user}::text || ' ' || array_to_string(${chains}, ','))::uuid`);

/** What an event has become for a scope, less what it was: `…1` is what it is, `n`, `ok` and `failed` what has changed. */
const eventMoves = (alias: string) =>
  constant(`(${alias}.n1 > 0)::int - (${alias}.n1 - ${alias}.n > 0)::int AS events,
           (${alias}.ok1 > 0)::int - (${alias}.ok1 - ${alias}.ok > 0)::int AS events_ok,
           (${alias}.failed1 > 0)::int - (${alias}.failed1 - ${alias}.failed > 0)::int AS events_failed`);

/**
 * From `changed` (s, user_id, event_ingested_at, event_id, endpoint_id, duration_ms, success: rows that came, s = 1, or went,
 * s = -1) and `present` (the attempts of those events afterwards) to `deltas`, what each scope's counters change by in
 * each five minutes. What an event was before follows from what it is and what changed, so no row is needed that is gone.
 */
export const deltaCtes = fragment`
  pairs AS MATERIALIZED (
    SELECT x.user_id, x.event_ingested_at, x.event_id, x.endpoint_id,
           sum(x.is)::int AS n1,
           coalesce(sum(x.is) FILTER (WHERE x.success), 0)::int AS ok1,
           coalesce(sum(x.is) FILTER (WHERE NOT x.success), 0)::int AS failed1,
           sum(x.s)::int AS n,
           coalesce(sum(x.s) FILTER (WHERE x.success), 0)::int AS ok,
           coalesce(sum(x.s) FILTER (WHERE NOT x.success), 0)::int AS failed,
           coalesce(sum(x.s) FILTER (WHERE x.duration_ms IS NOT NULL), 0)::int AS timed,
           coalesce(sum(x.s) FILTER (WHERE x.duration_ms IS NOT NULL AND x.success), 0)::int AS timed_ok,
           coalesce(sum(x.s) FILTER (WHERE x.duration_ms IS NOT NULL AND NOT x.success), 0)::int AS timed_failed,
           coalesce(sum(x.s::bigint * x.duration_ms), 0)::bigint AS ms,
           coalesce(sum(x.s::bigint * x.duration_ms) FILTER (WHERE x.success), 0)::bigint AS ms_ok,
           coalesce(sum(x.s::bigint * x.duration_ms) FILTER (WHERE NOT x.success), 0)::bigint AS ms_failed
      FROM (SELECT 1 AS is, 0 AS s, p.user_id, p.event_ingested_at, p.event_id, p.endpoint_id, NULL::integer AS duration_ms,
                   p.success
              FROM present p
             UNION ALL
            SELECT 0, c.s, c.user_id, c.event_ingested_at, c.event_id, c.endpoint_id, c.duration_ms, c.success
              FROM changed c) x
     GROUP BY x.user_id, x.event_ingested_at, x.event_id, x.endpoint_id
  ), placed AS MATERIALIZED (
    SELECT p.*, se.application_id, se.chain_ids, min(se.chain_ids) OVER event = max(se.chain_ids) OVER event AS is_alike
      FROM pairs p
     CROSS JOIN LATERAL (SELECT e.application_id, e.chain_ids
                           FROM statistics_endpoints e WHERE e.endpoint_id = p.endpoint_id OFFSET 0) se
    WINDOW event AS (PARTITION BY p.user_id, p.event_ingested_at, p.event_id)
  ), scoped AS MATERIALIZED (
    SELECT p.user_id, p.event_ingested_at, p.event_id,
           CASE WHEN grouping(p.endpoint_id) = 0 THEN p.endpoint_id
                WHEN grouping(p.application_id) = 0 THEN p.application_id
                ELSE p.user_id END AS scope_id,
           CASE WHEN grouping(p.endpoint_id) = 0 THEN 2 WHEN grouping(p.application_id) = 0 THEN 1 ELSE 0 END AS kind,
           CASE WHEN bool_and(p.is_alike) THEN min(p.chain_ids) END AS chain_ids,
           sum(p.n1)::int AS n1, sum(p.ok1)::int AS ok1, sum(p.failed1)::int AS failed1,
           sum(p.n)::int AS n, sum(p.ok)::int AS ok, sum(p.failed)::int AS failed,
           sum(p.timed)::int AS timed, sum(p.timed_ok)::int AS timed_ok, sum(p.timed_failed)::int AS timed_failed,
           sum(p.ms)::bigint AS ms, sum(p.ms_ok)::bigint AS ms_ok, sum(p.ms_failed)::bigint AS ms_failed
      FROM placed p
     GROUP BY GROUPING SETS ((p.user_id, p.event_ingested_at, p.event_id, p.endpoint_id),
                             (p.user_id, p.event_ingested_at, p.event_id, p.application_id),
                             (p.user_id, p.event_ingested_at, p.event_id))
  ), moves AS MATERIALIZED (
    SELECT s.user_id, s.scope_id, s.kind, s.chain_ids, date_bin('5 minutes', s.event_ingested_at, 'epoch') AS bucket,
           s.ms, s.ms_ok, s.ms_failed, ${eventMoves('s')},
           (s.n1 > 0 AND s.ok1 + s.failed1 = 0)::int
             - (s.n1 - s.n > 0 AND s.ok1 - s.ok + s.failed1 - s.failed = 0)::int AS events_open,
           s.n AS attempts, s.ok, s.failed, s.timed, s.timed_ok, s.timed_failed
      FROM scoped s
  ), chains AS MATERIALIZED (
    SELECT p.user_id, p.event_ingested_at,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.n1 > 0) AS all1,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.ok1 > 0) AS ok1,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.failed1 > 0) AS failed1,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.n1 - p.n > 0) AS all0,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.ok1 - p.ok > 0) AS ok0,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE p.failed1 - p.failed > 0) AS failed0
      FROM placed p
     CROSS JOIN LATERAL unnest(p.chain_ids) AS c (chain)
     WHERE NOT p.is_alike
     GROUP BY p.user_id, p.event_ingested_at, p.event_id
  ), chain_moves AS (
    SELECT m.user_id, m.chain_ids, m.bucket, m.ms, m.ms_ok, m.ms_failed, m.events, m.events_ok, m.events_failed,
           m.attempts, m.ok, m.failed, m.timed, m.timed_ok, m.timed_failed
      FROM moves m
     WHERE m.kind = 0 AND m.chain_ids <> '{}'
     UNION ALL
    SELECT c.user_id, x.chain_ids, date_bin('5 minutes', c.event_ingested_at, 'epoch'), 0, 0, 0,
           x.events, x.events_ok, x.events_failed, 0, 0, 0, 0, 0, 0
      FROM chains c
     CROSS JOIN LATERAL (VALUES (c.all1, 1, 0, 0), (c.all0, -1, 0, 0), (c.ok1, 0, 1, 0), (c.ok0, 0, -1, 0),
                                (c.failed1, 0, 0, 1), (c.failed0, 0, 0, -1)
                        ) AS x (chain_ids, events, events_ok, events_failed)
     WHERE x.chain_ids IS NOT NULL
     UNION ALL
    SELECT p.user_id, p.chain_ids, date_bin('5 minutes', p.event_ingested_at, 'epoch'), p.ms, p.ms_ok, p.ms_failed,
           0, 0, 0, p.n, p.ok, p.failed, p.timed, p.timed_ok, p.timed_failed
      FROM placed p
     WHERE NOT p.is_alike AND p.chain_ids <> '{}'
  ), chain_sums AS MATERIALIZED (
    SELECT x.*, ${chainScope('x.user_id', 'x.chain_ids')} AS scope_id
      FROM (SELECT user_id, chain_ids, bucket, ${summed}
              FROM (SELECT c.*, 0 AS events_open FROM chain_moves c) c
             GROUP BY user_id, chain_ids, bucket) x
  ), deltas AS MATERIALIZED (
    SELECT user_id, scope_id, kind, bucket, ${summed}
      FROM moves m
     GROUP BY user_id, scope_id, kind, bucket
     UNION ALL
    SELECT c.user_id, c.scope_id, 3, c.bucket, ${counterNames}
      FROM chain_sums c
  )`;

const upsert = (table: string, bucket: SqlFragment, from: SqlFragment, where: SqlFragment) => fragment`
    INSERT INTO ${constant(table)} AS t (user_id, scope_id, bucket, kind, ${counterNames})
    SELECT d.user_id, d.scope_id, ${bucket}, d.kind, ${counterNames}
      FROM ${from} d
     WHERE ${where}
        ON CONFLICT (user_id, scope_id, bucket) DO UPDATE SET ${added}`;

/** `from` by longer buckets. */
const wider = (from: SqlFragment, unit: 'hour' | 'day') => fragment`
    SELECT x.user_id, x.scope_id, x.kind, x.at AS bucket, ${summed}
      FROM (SELECT d.*, date_trunc(${constant(`'${unit}'`)}, d.bucket, 'UTC') AS at FROM ${from} d) x
     GROUP BY x.user_id, x.scope_id, x.kind, x.at`;

/** Adds `deltas` to the rollups of hours and days. */
export const addLongerCtes = (deltas: SqlFragment) => fragment`
  hourly AS MATERIALIZED (${wider(deltas, 'hour')}
  ), daily AS MATERIALIZED (${wider(fragment`hourly`, 'day')}
  ), add_hours AS (${upsert('statistics_hours', fragment`d.bucket`, fragment`hourly`, fragment`true`)}
  ), add_days AS (${upsert('statistics_days', fragment`d.bucket`, fragment`daily`, fragment`true`)}
  )`;

/** Adds the `deltas` of these kinds to the rollups of five minutes, hours and days. */
export const addDeltaCtes = (p: { kinds: readonly number[]; fineFrom: string }) => fragment`
  chain_sets AS (
    INSERT INTO statistics_chain_sets (user_id, scope_id, chain_ids)
    SELECT DISTINCT c.user_id, c.scope_id, c.chain_ids
      FROM chain_sums c
     WHERE 3 = ANY (${p.kinds}::int[])
       AND NOT EXISTS (SELECT FROM statistics_chain_sets t WHERE t.user_id = c.user_id AND t.scope_id = c.scope_id OFFSET 0)
        ON CONFLICT (user_id, scope_id) DO NOTHING
  ), add_fine AS (${upsert('statistics_fine', fragment`d.bucket`, fragment`deltas`, fragment`d.kind = ANY (${p.kinds}::int[]) AND d.bucket >= ${p.fineFrom}::timestamptz`)}
  ), ${addLongerCtes(fragment`(SELECT d.* FROM deltas d WHERE d.kind = ANY (${p.kinds}::int[]))`)}`;

export const addTotalsCte = fragment`
  totals AS MATERIALIZED (
    SELECT user_id, scope_id, kind, ${summed} FROM daily d GROUP BY user_id, scope_id, kind
  ), add_totals AS (${upsert('statistics_totals', fragment`'-infinity'::timestamptz`, fragment`totals`, fragment`true`)}
  )`;
