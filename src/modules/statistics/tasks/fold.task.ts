import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { LeaderTask } from '../../../kernel/tasks/leader-task.js';
import { Fold } from '../fold.js';
import type { RollupMetrics } from '../rollup-metrics.js';
import { RollupRepository } from '../rollup.repository.js';
import { nextPauseMs } from './fold-pace.js';

/** Of the fold's lock, which who builds rollups by hand takes too. */
export const FOLD_TASK = 'statistics-fold';

/** Keeps the rollups current: a step of the fold, and while a rebuild is asked for, a range of it after each step. */
export class FoldTask implements LeaderTask {
  readonly name = FOLD_TASK;
  readonly description =
    'Keeps the statistics rollups current: folds in what has changed since the last fold.';
  private leading: { session: LeaderSession; fold: Fold } | null = null;
  private pauseMs: number;

  constructor(
    private readonly shortestPauseMs: number,
    private readonly metrics: Pick<RollupMetrics, 'folded'>,
  ) {
    this.pauseMs = shortestPauseMs;
  }

  async run(session: LeaderSession): Promise<number> {
    const fold = await this.foldOf(session);
    const startedAt = performance.now();
    const { changes, isBehind } = await fold.step();
    this.metrics.folded(changes, (performance.now() - startedAt) / 1000);
    if (!isBehind) await fold.prune();
    const isRebuilding = await fold.rebuild();
    if (isBehind || isRebuilding) return 0;
    this.pauseMs = nextPauseMs({
      lastPauseMs: this.pauseMs,
      shortestMs: this.shortestPauseMs,
      rows: changes,
    });
    return this.pauseMs;
  }

  /** What is remembered and set belongs to the session, which is another one after each failure. */
  private async foldOf(session: LeaderSession): Promise<Fold> {
    if (this.leading?.session !== session) {
      await new RollupRepository(session).giveMemory();
      this.leading = { session, fold: new Fold(session) };
    }
    return this.leading.fold;
  }
}
