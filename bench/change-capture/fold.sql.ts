import { constant, fragment, sql, type SqlFragment } from '../../src/kernel/database/sql.js';
import { newIn, seenBy, type FoldSnapshot } from '../../src/modules/events/index.js';
import { deltaCtes, presentAttempts } from './deltas.js';

export interface FoldedRow {
  changes: string;
}

export interface StateRow extends FoldSnapshot {
  /** The snapshot of this transaction. */
  nowXmin: string;
  nowHorizon: string;
  nowInFlight: string[];
}

export const begin = () => sql<object>('bench.begin')`BEGIN ISOLATION LEVEL REPEATABLE READ`;
export const commit = () => sql<object>('bench.commit')`COMMIT`;

export const lockState = () => sql<StateRow>('bench.lock-state')`
  SELECT s.horizon::text AS "horizon", s.in_flight::text[] AS "inFlight",
         pg_snapshot_xmin(n.snapshot)::text AS "nowXmin", pg_snapshot_xmax(n.snapshot)::text AS "nowHorizon",
         ARRAY(SELECT x::text FROM pg_snapshot_xip(n.snapshot) x) AS "nowInFlight"
    FROM bench_state s
   CROSS JOIN (SELECT pg_current_snapshot() AS snapshot) n
     FOR UPDATE OF s`;

export const moveState = (p: { snapshot: FoldSnapshot }) => sql<object>('bench.move-state')`
  UPDATE bench_state SET horizon = ${p.snapshot.horizon}::xid8, in_flight = ${[...p.snapshot.inFlight]}::xid8[]`;

const added = constant(
  ['events', 'attempts', 'ok', 'failed', 'ms']
    .map((name) => `${name} = t.${name} + excluded.${name}`)
    .join(', '),
);

const addDelta = fragment`
  add_hours AS (
    INSERT INTO bench_hours AS t (user_id, hour, events, attempts, ok, failed, ms)
    SELECT d.user_id, d.hour, sum(d.events), sum(d.attempts), sum(d.ok), sum(d.failed), sum(d.ms) FROM delta d GROUP BY 1, 2
        ON CONFLICT (user_id, hour) DO UPDATE SET ${added}
  ), add_totals AS (
    INSERT INTO bench_totals AS t (user_id, events, attempts, ok, failed, ms)
    SELECT d.user_id, sum(d.events), sum(d.attempts), sum(d.ok), sum(d.failed), sum(d.ms) FROM delta d GROUP BY 1
        ON CONFLICT (user_id) DO UPDATE SET ${added}
  )
  SELECT count(*) AS "changes" FROM changed`;

const written = fragment`SELECT 1 AS s, a.user_id, a.event_ingested_at, a.event_id, a.duration_ms, a.success
      FROM delivery_attempts a`;
const superseded = (sign: 1 | -1): SqlFragment =>
  fragment`SELECT ${constant(String(sign))}, v.user_id, v.event_ingested_at, v.event_id, v.duration_ms, v.success
      FROM superseded_attempts v`;

/** What `upper` sees and `lower` did not. */
export const foldTransactions = ({ lower, upper }: { lower: FoldSnapshot; upper: FoldSnapshot }) =>
  sql<FoldedRow>('bench.fold-transactions')`
  WITH changed AS MATERIALIZED (${newIn(written, fragment`a.written_in`, lower, upper)}
     UNION ALL
    ${newIn(superseded(1), fragment`v.written_in`, lower, upper, fragment`AND NOT ${seenBy(fragment`v.superseded_in`, upper)}`)}
     UNION ALL
    ${newIn(superseded(-1), fragment`v.superseded_in`, lower, upper, fragment`AND ${seenBy(fragment`v.written_in`, lower)}`)}
  ), ${deltaCtes(fragment`
       SELECT a.success FROM delivery_attempts a
        WHERE a.user_id = t.user_id AND a.event_ingested_at = t.event_ingested_at AND a.event_id = t.event_id
          AND ${seenBy(fragment`a.written_in`, upper)}
        UNION ALL
       SELECT v.success FROM superseded_attempts v
        WHERE v.user_id = t.user_id AND v.event_ingested_at = t.event_ingested_at AND v.event_id = t.event_id
          AND ${seenBy(fragment`v.written_in`, upper)} AND NOT ${seenBy(fragment`v.superseded_in`, upper)}`)}, ${addDelta}`;

export const dropFoldedVersions = ({ upper }: { upper: FoldSnapshot }) => sql<object>(
  'bench.drop-folded-versions',
)`
  DELETE FROM superseded_attempts v
   WHERE v.superseded_in < ${upper.horizon}::xid8 AND v.superseded_in <> ALL (${[...upper.inFlight]}::xid8[])`;

export const foldQueue = () => sql<FoldedRow>('bench.fold-queue')`
  WITH changed AS (
    DELETE FROM change_queue q
    RETURNING q.s, q.user_id, q.event_ingested_at, q.event_id, q.duration_ms, q.success
  ), ${deltaCtes(presentAttempts)}, ${addDelta}`;
