/**
 * The rollups counted anew from the four tables as EthHook made them, by other means than the fold: every row that differs,
 * in either direction, but those of what retention has removed. Rows of zeros count as none.
 */
const counters =
  'ms, ms_ok, ms_failed, events, events_ok, events_failed, events_open, attempts, ok, failed, timed, timed_ok, timed_failed';

const attempts = `attempts AS MATERIALIZED (
  SELECT o.user_id, o.id AS application_id, p.id AS endpoint_id, a.event_id, a.success, a.duration_ms::bigint AS ms,
         coalesce(e.ingested_at, '-infinity') AS at,
         ARRAY(SELECT DISTINCT c FROM unnest(p.chain_ids) c WHERE c IS NOT NULL ORDER BY 1) AS chain_ids
    FROM delivery_attempts a
    JOIN events e ON e.id = a.event_id
    JOIN endpoints p ON p.id = a.endpoint_id
    JOIN applications o ON o.id = p.application_id
)`;

const attemptSums = `
  coalesce(sum(a.ms), 0)::bigint AS ms, coalesce(sum(a.ms) FILTER (WHERE a.success), 0)::bigint AS ms_ok,
  coalesce(sum(a.ms) FILTER (WHERE NOT a.success), 0)::bigint AS ms_failed`;
const attemptCounts = `
  count(*)::int AS attempts, count(*) FILTER (WHERE a.success)::int AS ok, count(*) FILTER (WHERE NOT a.success)::int AS failed,
  count(a.ms)::int AS timed, count(a.ms) FILTER (WHERE a.success)::int AS timed_ok,
  count(a.ms) FILTER (WHERE NOT a.success)::int AS timed_failed`;

const bucketOf = {
  statistics_fine: `date_bin('5 minutes', a.at, 'epoch')`,
  statistics_hours: `date_trunc('hour', a.at, 'UTC')`,
  statistics_days: `date_trunc('day', a.at, 'UTC')`,
  statistics_totals: `'-infinity'::timestamptz`,
} as const;

const byScope = (bucket: string, kind: number, scope: string) => `
  SELECT a.user_id, ${kind} AS kind, a.${scope}::text AS scope, ${bucket} AS bucket, ${attemptSums},
         count(DISTINCT a.event_id)::int AS events,
         count(DISTINCT a.event_id) FILTER (WHERE a.success)::int AS events_ok,
         count(DISTINCT a.event_id) FILTER (WHERE NOT a.success)::int AS events_failed,
         count(DISTINCT a.event_id) FILTER (WHERE NOT EXISTS (
           SELECT FROM attempts b WHERE b.event_id = a.event_id AND b.${scope} = a.${scope} AND b.success IS NOT NULL))::int AS events_open,
         ${attemptCounts}
    FROM attempts a
   GROUP BY a.user_id, a.${scope}, ${bucket}`;

/** The union of the chains where an event was tried, with a success, with a failure; and each attempt's own chains. */
const byChains = (bucket: string) => `
  SELECT x.user_id, 3 AS kind, x.scope, x.bucket, ${counters.replaceAll(/\w+/g, (name) => `sum(x.${name})`)}
    FROM (SELECT a.user_id, a.chain_ids::text AS scope, ${bucket} AS bucket, ${attemptSums},
                 0 AS events, 0 AS events_ok, 0 AS events_failed, 0 AS events_open, ${attemptCounts}
            FROM attempts a WHERE a.chain_ids <> '{}' GROUP BY 1, 2, 3
           UNION ALL
          ${['true', 'e.success', 'NOT e.success']
            .map(
              (outcome, index) => `
          SELECT a.user_id, a.scope, ${bucket}, 0, 0, 0, ${[0, 1, 2].map((n) => (n === index ? 'count(*)' : '0')).join(', ')}, 0, 0, 0, 0, 0, 0, 0
            FROM (SELECT e.user_id, e.at, array_agg(DISTINCT c ORDER BY c)::text AS scope
                    FROM attempts e CROSS JOIN LATERAL unnest(e.chain_ids) c
                   WHERE ${outcome} GROUP BY e.user_id, e.at, e.event_id) a
           GROUP BY 1, 2, 3`,
            )
            .join(' UNION ALL ')}) x
   GROUP BY x.user_id, x.scope, x.bucket`;

export type RollupTable = keyof typeof bucketOf;
export const rollupTables = Object.keys(bucketOf) as RollupTable[];

export function rollupDifferences(table: RollupTable): string {
  const bucket = bucketOf[table];
  const since =
    table === 'statistics_fine' ? 'x.bucket >= (SELECT s.fine_from FROM statistics_state s)' : 'true';
  return `
  WITH ${attempts}, recount AS (
    SELECT * FROM (${byScope(bucket, 0, 'user_id')} UNION ALL ${byScope(bucket, 1, 'application_id')}
     UNION ALL ${byScope(bucket, 2, 'endpoint_id')} UNION ALL ${byChains(bucket)}) x WHERE ${since}
  ), rollup AS (
    SELECT x.user_id, x.kind, CASE WHEN x.kind = 3 THEN c.chain_ids::text ELSE x.scope_id::text END AS scope, x.bucket, ${counters}
      FROM ${table} x
      LEFT JOIN statistics_chain_sets c ON c.user_id = x.user_id AND c.scope_id = x.scope_id
     WHERE ${since} AND x.kind < 4 AND (${counters.replaceAll(', ', ' <> 0 OR ')} <> 0)
  )
  SELECT 'only in ${table}' AS "side", d.* FROM (TABLE rollup EXCEPT ALL TABLE recount) d
   UNION ALL
  SELECT 'missing in ${table}', d.* FROM (TABLE recount EXCEPT ALL TABLE rollup) d
   ORDER BY 2, 3, 4, 5, 1 LIMIT 20`;
}

/** Bins whose attempts, shortest or longest are not those of the endpoint's within their bounds, or that are too wide. */
export const durationDifferences = `
  WITH ${attempts}, bins AS (
    SELECT d.user_id, d.endpoint_id, d.bin, d.attempts, d.min_ms, d.max_ms FROM statistics_durations d WHERE d.attempts <> 0
  ), recount AS (
    SELECT b.user_id, b.endpoint_id, b.bin, count(a.ms)::int AS attempts, min(a.ms)::int AS min_ms, max(a.ms)::int AS max_ms
      FROM bins b
      LEFT JOIN attempts a ON a.user_id = b.user_id AND a.endpoint_id = b.endpoint_id AND a.ms BETWEEN b.min_ms AND b.max_ms
     GROUP BY b.user_id, b.endpoint_id, b.bin
  )
  SELECT 'bins' AS "side", d.*::text FROM (TABLE bins EXCEPT ALL TABLE recount) d
   UNION ALL
  SELECT 'wide', b.*::text FROM bins b
   WHERE sign(b.min_ms) <> sign(b.max_ms)
      OR greatest(abs(b.min_ms::bigint), abs(b.max_ms::bigint)) > 1.02 * least(abs(b.min_ms::bigint), abs(b.max_ms::bigint))
   UNION ALL
  SELECT 'sums', x.*::text
    FROM ((SELECT b.user_id, b.endpoint_id, sum(b.attempts) FROM bins b GROUP BY 1, 2)
           EXCEPT ALL
          (SELECT a.user_id, a.endpoint_id, count(a.ms) FROM attempts a WHERE a.ms IS NOT NULL GROUP BY 1, 2)) x
   UNION ALL
  SELECT 'missing', x.*::text
    FROM ((SELECT a.user_id, a.endpoint_id, count(a.ms) FROM attempts a WHERE a.ms IS NOT NULL GROUP BY 1, 2)
           EXCEPT ALL
          (SELECT b.user_id, b.endpoint_id, sum(b.attempts) FROM bins b GROUP BY 1, 2)) x
   LIMIT 20`;
