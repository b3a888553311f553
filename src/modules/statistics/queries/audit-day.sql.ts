import { constant, fragment, sql } from '../../../kernel/database/sql.js';
import { counterNames, eachCounter, seenBy, type FoldSnapshot } from '../../events/index.js';
import { auditColumns, negatedCounters, offCte, type AuditRow } from './audit-columns.js';
import { REMOVED_KIND } from './keep-removed.sql.js';

const sourceCounters = (alias: string) => eachCounter((name) => `${alias}.${name}`);
const attemptSums = constant(`count(*) AS attempts, count(*) FILTER (WHERE a.success) AS ok,
           count(*) FILTER (WHERE NOT a.success) AS failed, count(a.ms) AS timed,
           count(a.ms) FILTER (WHERE a.success) AS timed_ok, count(a.ms) FILTER (WHERE NOT a.success) AS timed_failed`);
const durationSums =
  constant(`coalesce(sum(a.ms), 0) AS ms, coalesce(sum(a.ms) FILTER (WHERE a.success), 0) AS ms_ok,
           coalesce(sum(a.ms) FILTER (WHERE NOT a.success), 0) AS ms_failed`);

const rollupRows = (
  p: { userId: string; from: string; to: string },
  source: string,
  from: string,
) => fragment`
    SELECT ${constant(`'${source}'`)}, t.kind, t.scope_id, t.bucket, ${negatedCounters('t')}
      FROM ${constant(`statistics_${source}`)} t
     WHERE t.user_id = ${p.userId} AND t.kind < ${constant(String(REMOVED_KIND))} AND t.bucket >= greatest(${p.from}::timestamptz, ${from}::timestamptz)
       AND t.bucket < ${p.to}::timestamptz`;

/**
 * A user's day counted from the attempts as the fold has seen them, by other SQL than the fold's, against its rows of five
 * minutes, of hours and of the day, without those of what was removed: nothing is left to count them from. Run in the snapshot that `snapshot` was read in.
 */
export const auditDay = (p: {
  userId: string;
  from: string;
  to: string;
  snapshot: FoldSnapshot;
  fineFrom: string;
}) => sql<AuditRow>('statistics.audit-day')`
  WITH attempts AS MATERIALIZED (
    SELECT x.event_id, x.at, date_bin('5 minutes', x.at, 'epoch') AS slot, x.endpoint_id, e.application_id, e.chain_ids,
           x.duration_ms AS ms, x.success
      FROM (SELECT a.event_id, a.event_ingested_at AS at, a.endpoint_id, a.duration_ms, a.success
              FROM delivery_attempts a
             WHERE a.user_id = ${p.userId} AND a.event_ingested_at >= ${p.from} AND a.event_ingested_at < ${p.to}
               AND ${seenBy(fragment`a.written_in`, p.snapshot)}
             UNION ALL
            SELECT v.event_id, v.event_ingested_at, v.endpoint_id, v.duration_ms, v.success
              FROM superseded_attempts v
             WHERE v.user_id = ${p.userId} AND v.event_ingested_at >= ${p.from} AND v.event_ingested_at < ${p.to}
               AND ${seenBy(fragment`v.written_in`, p.snapshot)} AND NOT ${seenBy(fragment`v.superseded_in`, p.snapshot)}) x
      JOIN statistics_endpoints e ON e.endpoint_id = x.endpoint_id
  ), tried AS MATERIALIZED (
    SELECT s.scope_id, s.kind, a.slot, a.event_id, ${durationSums}, ${attemptSums}
      FROM attempts a
     CROSS JOIN LATERAL (VALUES (${p.userId}::uuid, 0), (a.application_id, 1), (a.endpoint_id, 2)) s (scope_id, kind)
     GROUP BY s.scope_id, s.kind, a.slot, a.event_id, a.at
  ), chains AS MATERIALIZED (
    SELECT a.slot, a.event_id, array_agg(DISTINCT c.chain ORDER BY c.chain) AS tried, array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE a.success) AS ok,
           array_agg(DISTINCT c.chain ORDER BY c.chain) FILTER (WHERE NOT a.success) AS failed
      FROM attempts a
     CROSS JOIN LATERAL unnest(a.chain_ids) c (chain)
     GROUP BY a.slot, a.event_id, a.at
  ), chain_slots AS MATERIALIZED (
    SELECT x.chains, x.slot, x.ms, x.ms_ok, x.ms_failed, 0 AS events, 0 AS events_ok, 0 AS events_failed, 0 AS events_open,
           x.attempts, x.ok, x.failed, x.timed, x.timed_ok, x.timed_failed
      FROM (SELECT a.chain_ids AS chains, a.slot, ${durationSums}, ${attemptSums}
              FROM attempts a WHERE a.chain_ids <> '{}' GROUP BY a.chain_ids, a.slot) x
     UNION ALL
    SELECT e.chains, c.slot, 0, 0, 0, e.events, e.events_ok, e.events_failed, 0, 0, 0, 0, 0, 0, 0
      FROM chains c
     CROSS JOIN LATERAL (VALUES (c.tried, 1, 0, 0), (c.ok, 0, 1, 0), (c.failed, 0, 0, 1)
                        ) e (chains, events, events_ok, events_failed)
     WHERE e.chains IS NOT NULL
  ), slots AS MATERIALIZED (
    SELECT t.scope_id, t.kind, t.slot AS bucket, sum(t.ms) AS ms, sum(t.ms_ok) AS ms_ok, sum(t.ms_failed) AS ms_failed,
           count(*) AS events, count(*) FILTER (WHERE t.ok > 0) AS events_ok, count(*) FILTER (WHERE t.failed > 0) AS events_failed,
           count(*) FILTER (WHERE t.ok + t.failed = 0) AS events_open,
           sum(t.attempts) AS attempts, sum(t.ok) AS ok, sum(t.failed) AS failed,
           sum(t.timed) AS timed, sum(t.timed_ok) AS timed_ok, sum(t.timed_failed) AS timed_failed
      FROM tried t
     GROUP BY t.scope_id, t.kind, t.slot
     UNION ALL
    SELECT md5('chains ' || ${p.userId} || ' ' || array_to_string(c.chains, ','))::uuid, 3, c.slot, ${sourceCounters('c')}
      FROM chain_slots c
  ), compared AS (
    SELECT 'fine' AS source, s.kind, s.scope_id, s.bucket, ${counterNames} FROM slots s WHERE s.bucket >= ${p.fineFrom}::timestamptz
     UNION ALL
    SELECT 'hours', s.kind, s.scope_id, date_trunc('hour', s.bucket, 'UTC'), ${counterNames} FROM slots s
     UNION ALL
    SELECT 'days', s.kind, s.scope_id, date_trunc('day', s.bucket, 'UTC'), ${counterNames} FROM slots s
     UNION ALL ${rollupRows(p, 'fine', p.fineFrom)}
     UNION ALL ${rollupRows(p, 'hours', '-infinity')}
     UNION ALL ${rollupRows(p, 'days', '-infinity')}
  ), ${offCte}
  SELECT ${auditColumns}
    FROM off o`;
