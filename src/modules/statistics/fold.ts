import { Logger } from '@nestjs/common';
import type { QueryRunner, TransactionOptions } from '../../kernel/database/database.js';
import type { FoldSnapshot } from '../events/index.js';
import type { RebuildRow } from './queries/rebuilds.sql.js';
import { RollupRepository, type FoldState } from './rollup.repository.js';

/** Where the fold's transactions run: the leader's session, or a script's. */
export interface FoldSession {
  transaction<T>(options: TransactionOptions, run: (tx: QueryRunner) => Promise<T>): Promise<T>;
}

export interface FoldProgress {
  /** Versions of attempts that this step took in. */
  changes: number;
  /** Attempts and versions that had come, counted up to a step. */
  tail: number;
  /** There is more to do than a pause would be for. */
  isBehind: boolean;
}

/** Attempts of one step: about a second of work, so that an absence of hours is caught up in many small ones. */
export const STEP_ROWS = 20_000;
const REBUILD_ROWS = 40_000;
const REBASE_ROWS = 5_000;
const PRUNE_INTERVAL_MS = 3_600_000;

const kindsOf: Readonly<Record<RebuildRow['part'], readonly number[]>> = {
  all: [0, 1, 2, 3],
  applications: [1],
  chains: [3],
};

// One snapshot for all statements, and no time-out: a step is bounded, and what one transaction wrote is one step.
const options: TransactionOptions = { work: 'maintenance', snapshot: true };

/** Moves the rollups along. Each method is one transaction: killed anywhere, it has happened or not. */
export class Fold {
  private readonly logger = new Logger(Fold.name);
  private prunedAt = -Infinity;

  constructor(private readonly session: FoldSession) {}

  /** Takes in what has come since the last step, oldest first. */
  async step(maxRows = STEP_ROWS): Promise<FoldProgress> {
    const progress = await this.session.transaction(options, async (tx) => {
      const repository = new RollupRepository(tx);
      const state = await repository.lockState();
      if (state.rebasing || state.isForeign) return null;
      return (await this.foldTo(repository, state, maxRows)).progress;
    });
    return progress ?? this.rebase();
  }

  /** One range of the oldest request, or its end; false when there is none. */
  async rebuild(maxRows = REBUILD_ROWS): Promise<boolean> {
    return this.session.transaction(options, async (tx) => {
      const repository = new RollupRepository(tx);
      const state = await repository.lockState();
      const request = await repository.nextRebuild();
      if (request === undefined || state.rebasing || state.isForeign) return false;
      const kinds = kindsOf[request.part];
      const { userId, doneUntil } = request;
      if (doneUntil === null) {
        // What asked for it has changed attempts too, maybe: they are to be in before the first range is counted.
        const { progress, upper } = await this.foldTo(repository, state, STEP_ROWS);
        if (progress.isBehind) return true;
        Object.assign(state, upper);
      }
      if (doneUntil === 'infinity') {
        await repository.rebuildTotals(userId, kinds, state);
        await repository.rehomeRemoved(userId);
        await repository.endRebuild(request.id);
        return true;
      }
      const from = doneUntil ?? '-infinity';
      const to = await repository.endOfRange(userId, from, maxRows);
      await repository.rebuildRange({ userId, kinds, from, to }, state);
      await repository.markRebuilt(request.id, to);
      return true;
    });
  }

  /** Once an hour: five-minute rows that no read needs any more, and rows of what has been deleted. */
  async prune(): Promise<void> {
    if (performance.now() - this.prunedAt < PRUNE_INTERVAL_MS) return;
    this.prunedAt = performance.now();
    const run = <T>(work: (repository: RollupRepository) => Promise<T>) =>
      this.session.transaction({ work: 'maintenance' }, (tx) => work(new RollupRepository(tx)));
    const fineFrom = await run((repository) => repository.moveFineFrom());
    if (fineFrom !== undefined) await run((repository) => repository.dropOldFine(fineFrom));
    await run((repository) => repository.dropEmptied());
  }

  private async foldTo(
    repository: RollupRepository,
    state: FoldState,
    maxRows: number,
  ): Promise<{ progress: FoldProgress; upper: FoldSnapshot }> {
    const unfolded = await repository.unfolded(state.horizon, maxRows);
    const upper = upperOf(state, unfolded);
    const isBehind = upper.horizon !== state.nowHorizon;
    const tail = unfolded.written + unfolded.superseded;
    if (tail === 0 && !hasEnded(state)) {
      await repository.moveState(state, upper);
      return { progress: { changes: 0, tail, isBehind }, upper };
    }
    const changes = await repository.fold(state, upper, isBehind);
    return { progress: { changes, tail, isBehind }, upper };
  }

  /**
   * The data was restored from another cluster, whose transaction ids mean nothing here. In steps: rows that carry ids of
   * the future are made old; then everything is counted anew. Reads go to the original tables meanwhile.
   */
  private rebase(): Promise<FoldProgress> {
    // Not in one snapshot, where an attempt that a writer has changed meanwhile would fail the whole step.
    return this.session.transaction({ work: 'maintenance' }, async (tx) => {
      const repository = new RollupRepository(tx);
      const state = await repository.lockState();
      if (!state.rebasing) {
        this.logger.warn(
          'the data comes from another cluster: its transaction ids are replaced, and all statistics counted anew',
        );
        await repository.beginRebase();
        await repository.requestRebuild(null, 'restored from another cluster');
      }
      const { found, forgotten } = await repository.forgetForeignWriters(REBASE_ROWS);
      if (found === 0) await repository.endRebase(state);
      return { changes: forgotten, tail: found, isBehind: found === 0 || forgotten > 0 };
    });
  }
}

/** Whether a transaction that the last step saw in flight is over: its rows are below the horizon. */
const hasEnded = ({ inFlight, nowInFlight }: FoldState) => inFlight.some((id) => !nowInFlight.includes(id));

/** As far as one step goes; transactions are taken whole. */
function upperOf(
  state: FoldState,
  unfolded: { writtenAt: string | null; supersededAt: string | null },
): FoldSnapshot {
  const ends = [unfolded.writtenAt, unfolded.supersededAt].filter((end) => end !== null);
  const last = ends
    .map((end) => BigInt(end) + 1n)
    .reduce((a, b) => (a < b ? a : b), BigInt(state.nowHorizon));
  return {
    horizon: String(last),
    inFlight: state.nowInFlight.filter((id) => BigInt(id) < last),
  };
}
