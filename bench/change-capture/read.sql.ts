import { constant, fragment, sql, type SqlFragment } from '../../src/kernel/database/sql.js';
import { deltaCtes, presentAttempts } from './deltas.js';

/** A user's totals; int8 as text. */
export interface TotalsRow {
  events: string;
  attempts: string;
  ok: string;
  failed: string;
  ms: string;
}

const totals = (label: string, userId: string, changed: SqlFragment) => sql<TotalsRow>(label)`
  WITH state AS MATERIALIZED (
    SELECT s.horizon, s.in_flight FROM bench_state s
  ), changed AS MATERIALIZED (${changed}
  ), ${deltaCtes(presentAttempts)}
  SELECT sum(x.events)::bigint AS "events", sum(x.attempts)::bigint AS "attempts", sum(x.ok)::bigint AS "ok",
         sum(x.failed)::bigint AS "failed", sum(x.ms)::bigint AS "ms"
    FROM (SELECT t.events, t.attempts, t.ok, t.failed, t.ms FROM bench_totals t WHERE t.user_id = ${userId}
           UNION ALL
          SELECT d.events, d.attempts, d.ok, d.failed, d.ms FROM delta d) x`;

const columns = constant(
  'a.user_id, a.event_ingested_at, a.event_id, a.duration_ms, a.success, a.written_in',
);

const newer = (table: string, column: string) => fragment`
      SELECT x.* FROM state s
       CROSS JOIN LATERAL (SELECT ${columns} FROM ${constant(table)} a WHERE a.${constant(column)} >= s.horizon OFFSET 0) x
       UNION ALL
      SELECT x.* FROM state s
       CROSS JOIN LATERAL unnest(s.in_flight) f (id)
       CROSS JOIN LATERAL (SELECT ${columns} FROM ${constant(table)} a WHERE a.${constant(column)} = f.id OFFSET 0) x`;

/** The tail is everybody's, since the fold's snapshot: with a watermark `in_flight` is empty. */
export const readByTransactions = (userId: string) =>
  totals(
    'bench.read-by-transactions',
    userId,
    fragment`
    SELECT 1 AS s, w.* FROM (${newer('delivery_attempts', 'written_in')}) w WHERE w.user_id = ${userId}
     UNION ALL
    SELECT -1, v.* FROM (${newer('superseded_attempts', 'superseded_in')}) v, state s
     WHERE v.user_id = ${userId}
       AND (v.written_in IS NULL OR (v.written_in < s.horizon AND v.written_in <> ALL (s.in_flight)))`,
  );

/** The tail is the user's own. The bound holds only where the ids are of this cluster. */
export const readByQueue = (userId: string) =>
  totals(
    'bench.read-by-queue',
    userId,
    fragment`
    SELECT x.* FROM (SELECT CASE WHEN s.horizon > pg_snapshot_xmin(pg_current_snapshot()) THEN '0'::xid8
                                 ELSE s.horizon END AS low
                       FROM state s) b
     CROSS JOIN LATERAL (
       SELECT q.s, q.user_id, q.event_ingested_at, q.event_id, q.duration_ms, q.success
         FROM change_queue q WHERE q.user_id = ${userId} AND q.txid >= b.low OFFSET 0) x`,
  );

/** The same from the attempts themselves. */
export const recount = (userId: string) => sql<TotalsRow>('bench.recount')`
  SELECT count(DISTINCT a.event_id) AS "events", count(*) AS "attempts", count(*) FILTER (WHERE a.success) AS "ok",
         count(*) FILTER (WHERE NOT a.success) AS "failed", coalesce(sum(a.duration_ms), 0) AS "ms"
    FROM delivery_attempts a WHERE a.user_id = ${userId}`;
