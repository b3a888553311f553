import type { QueryRunner } from '../../kernel/database/database.js';
import type { FoldSnapshot } from '../events/index.js';
import { foldChanges } from './queries/fold-changes.sql.js';
import {
  dropFoldedVersions,
  lockFoldState,
  moveFoldState,
  type FoldStateRow,
} from './queries/fold-state.sql.js';
import { dropKeptRemovals, keepRemoved } from './queries/keep-removed.sql.js';
import { measureUnfolded } from './queries/measure-unfolded.sql.js';
import { dropOldFine, moveFineFrom } from './queries/prune-fine.sql.js';
import {
  dropZeros,
  forgetBlocks,
  forgetFacets,
  forgetGoneEndpoints,
  forgetRemoved,
  forgetRemovedDurations,
  forgetRemovedSets,
  removedTables,
  rollupTables,
} from './queries/drop-emptied.sql.js';
import {
  beginRebase,
  dropForeignVersions,
  endRebase,
  forgetForeignWriters,
  type ForeignRowsRow,
} from './queries/rebase.sql.js';
import { buildRange, clearRange, rangeTables, type RollupRange } from './queries/rebuild-range.sql.js';
import { buildDurations, buildTotals, clearDurations, clearTotals } from './queries/rebuild-totals.sql.js';
import {
  endOfRange,
  endRebuild,
  markRebuilt,
  nextRebuild,
  requestRebuild,
  type RebuildRow,
} from './queries/rebuilds.sql.js';
import { dropEmptyBins, repairDurationBounds } from './queries/repair-duration-bounds.sql.js';
import { addRehomedSets, dropStraySets, rehomeRemoved } from './queries/rehome-removed.sql.js';
import { setWorkMemory } from './queries/set-work-memory.sql.js';

export type FoldState = FoldStateRow;

/** A step of 20,000 attempts sorts and groups some 10 MB at a time. */
const WORK_MEMORY_KB = 65_536;

/** Every write to the rollups. The transaction is the caller's, and holds the state's lock where it says so. */
export class RollupRepository {
  constructor(private readonly tx: QueryRunner) {}

  async lockState(): Promise<FoldState> {
    const [row] = await this.tx.query(lockFoldState());
    if (row === undefined) throw new Error('statistics_state has no row: the migration has put it there');
    return row;
  }

  async unfolded(horizon: string, limit: number) {
    const [row] = await this.tx.query(measureUnfolded({ horizon, limit }));
    if (row === undefined) throw new Error('an aggregate without GROUP BY gave no row');
    return { ...row, written: Number(row.written), superseded: Number(row.superseded) };
  }

  /**
   * Under the state's lock. Returns the number of versions that came or went. A step that leaves some behind does not move
   * the time: what was there at that time is in the rollups, and maybe some of what came later.
   */
  async fold(state: FoldState, upper: FoldSnapshot, isBehind: boolean): Promise<number> {
    const lower = state;
    const [row] = await this.tx.query(foldChanges({ lower, upper, fineFrom: state.fineFrom }));
    if (state.hasRemovals) await this.tx.query(keepRemoved({ lower, upper }));
    await this.tx.query(repairDurationBounds({ lower, upper }));
    await this.tx.query(dropFoldedVersions({ snapshot: upper }));
    if (state.hasRemovals) await this.tx.query(dropKeptRemovals(upper));
    await this.tx.query(moveFoldState({ snapshot: upper, foldedAt: isBehind ? null : state.now }));
    return Number(row?.changes ?? 0);
  }

  /** Under the state's lock, where nothing is between it and `upper`. */
  async moveState(state: FoldState, upper: FoldSnapshot): Promise<void> {
    await this.tx.query(moveFoldState({ snapshot: upper, foldedAt: state.now }));
  }

  async nextRebuild(): Promise<RebuildRow | undefined> {
    const [row] = await this.tx.query(nextRebuild());
    return row;
  }

  async endOfRange(userId: string, from: string, attempts: number): Promise<string> {
    const [row] = await this.tx.query(endOfRange({ userId, from, attempts }));
    return row?.to ?? 'infinity';
  }

  /** Under the state's lock. */
  async rebuildRange(range: RollupRange, state: FoldState): Promise<void> {
    for (const table of rangeTables) await this.tx.query(clearRange(table, range));
    await this.tx.query(buildRange({ ...range, snapshot: state, fineFrom: state.fineFrom }));
  }

  /** Under the state's lock. */
  async rebuildTotals(userId: string, kinds: readonly number[], state: FoldState): Promise<void> {
    await this.tx.query(clearTotals({ userId, kinds }));
    await this.tx.query(buildTotals({ userId, kinds }));
    if (!kinds.includes(2)) return;
    await this.tx.query(clearDurations({ userId }));
    await this.tx.query(buildDurations({ userId, snapshot: state }));
  }

  async markRebuilt(id: string, until: string): Promise<void> {
    await this.tx.query(markRebuilt({ id, until }));
  }

  async endRebuild(id: string): Promise<void> {
    await this.tx.query(endRebuild({ id }));
  }

  /** Of one user, or of all. */
  async requestRebuild(userId: string | null, reason: string): Promise<void> {
    await this.tx.query(requestRebuild({ userId, reason }));
  }

  /** Where five-minute rows now begin, when that has moved. */
  async moveFineFrom(): Promise<string | undefined> {
    const [row] = await this.tx.query(moveFineFrom());
    return row?.fineFrom;
  }

  async dropOldFine(fineFrom: string): Promise<void> {
    await this.tx.query(dropOldFine({ fineFrom }));
  }

  /** Rows that count nothing any more, and endpoints that nothing is left of. */
  async dropEmptied(): Promise<void> {
    for (const table of rollupTables) await this.tx.query(dropZeros(table));
    await this.tx.query(dropEmptyBins());
    await this.tx.query(forgetGoneEndpoints());
    await this.tx.query(forgetFacets());
    await this.tx.query(forgetBlocks());
    for (const table of removedTables) await this.tx.query(forgetRemoved(table));
    await this.tx.query(forgetRemovedSets());
    await this.tx.query(forgetRemovedDurations());
  }

  /** Of the user's sets of removed events, the part that has moved to other owners goes there. */
  async rehomeRemoved(userId: string): Promise<void> {
    await this.tx.query(addRehomedSets({ userId }));
    for (const table of removedTables) await this.tx.query(rehomeRemoved(table, { userId }));
    await this.tx.query(dropStraySets({ userId }));
  }

  /** For the big statements of the fold and the rebuilds; for the session. */
  async giveMemory(): Promise<void> {
    await this.tx.query(setWorkMemory({ kilobytes: WORK_MEMORY_KB }));
  }

  async beginRebase(): Promise<void> {
    await this.tx.query(beginRebase());
    await this.tx.query(keepRemoved());
    await this.tx.query(dropKeptRemovals());
    // Now, and again at the end: this cluster will soon have given some of their ids.
    await this.tx.query(dropForeignVersions());
  }

  async forgetForeignWriters(limit: number): Promise<ForeignRowsRow> {
    const [row] = await this.tx.query(forgetForeignWriters({ limit }));
    if (row === undefined) throw new Error('a SELECT without FROM gave no row');
    return row;
  }

  async endRebase(state: FoldState): Promise<void> {
    await this.tx.query(dropForeignVersions());
    await this.tx.query(endRebase({ horizon: state.nowHorizon, inFlight: state.nowInFlight, at: state.now }));
  }
}
