import { fragment, sql } from '../../../kernel/database/sql.js';
import type { FoldSnapshot } from '../../events/index.js';

/** xid8 and timestamptz as text: what goes back is what came. */
export interface FoldStateRow {
  horizon: string;
  inFlight: string[];
  fineFrom: string;
  rebasing: boolean;
  /** The snapshot of this transaction, and its time. */
  nowHorizon: string;
  nowInFlight: string[];
  now: string;
  /** Rows carry ids that this cluster has not given yet: they come from another one. */
  isForeign: boolean;
  /** Retention has removed attempts that are in the rollups yet. */
  hasRemovals: boolean;
}

const readState = fragment`
  SELECT s.horizon::text AS "horizon", s.in_flight::text[] AS "inFlight", s.fine_from::text AS "fineFrom", s.rebasing,
         pg_snapshot_xmax(n.snapshot)::text AS "nowHorizon",
         ARRAY(SELECT x::text FROM pg_snapshot_xip(n.snapshot) x) AS "nowInFlight",
         now()::text AS "now",
         s.horizon > pg_snapshot_xmax(n.snapshot)
           OR coalesce((SELECT a.written_in FROM delivery_attempts a WHERE a.written_in IS NOT NULL
                         ORDER BY a.written_in DESC LIMIT 1) >= pg_snapshot_xmax(n.snapshot), false) AS "isForeign",
         EXISTS (SELECT FROM statistics_removals) AS "hasRemovals"
    FROM statistics_state s
   CROSS JOIN (SELECT pg_current_snapshot() AS snapshot) n`;

/** The state, locked for this transaction: who changes rollups, or the snapshot they stand for, holds it. */
export const lockFoldState = () =>
  sql<FoldStateRow>('statistics.lock-fold-state')`${readState} FOR UPDATE OF s`;

/** In a transaction of one snapshot: the state that the rollups of that snapshot stand for. */
export const readFoldState = () => sql<FoldStateRow>('statistics.read-fold-state')`${readState}`;

/** `foldedAt` is the time of the snapshot; null leaves it. */
export const moveFoldState = (p: { snapshot: FoldSnapshot; foldedAt: string | null }) =>
  sql<object>('statistics.move-fold-state')`
  UPDATE statistics_state
     SET horizon = ${p.snapshot.horizon}::xid8, in_flight = ${[...p.snapshot.inFlight]}::xid8[],
         folded_at = coalesce(${p.foldedAt}::timestamptz, folded_at),
         caught_up = ${p.foldedAt}::timestamptz IS NOT NULL`;

/** Versions that every later fold will see as gone. */
export const dropFoldedVersions = (p: { snapshot: FoldSnapshot }) => sql<object>(
  'statistics.drop-folded-versions',
)`
  DELETE FROM superseded_attempts v
   WHERE v.superseded_in < ${p.snapshot.horizon}::xid8 AND v.superseded_in <> ALL (${[...p.snapshot.inFlight]}::xid8[])`;
