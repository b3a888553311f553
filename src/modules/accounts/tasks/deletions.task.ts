import { DomainError } from '../../../kernel/errors/domain-error.js';
import { halvedBatchRows, nextBatchRows } from '../../../kernel/migrations/backfill/batch-size.js';
import type { LeaderSession } from '../../../kernel/tasks/leader-session.js';
import type { LeaderTask } from '../../../kernel/tasks/leader-task.js';
import type { DeletionMetrics } from '../deletion-metrics.js';
import type { UnfinishedDeletion } from '../deletions.repository.js';
import { Removal } from '../removal.js';

const IDLE_MS = 1000;
/** The fold's shortest pause, by default: sooner it has taken nothing off. */
const UNFOLDED_MS = 250;
/** What somebody else has locked is left alone for so long. */
const LOCKED_MS = 1000;
const TARGET_BATCH_MS = 200;
const FIRST_BATCH_ROWS = 200;
const PRUNE_INTERVAL_MS = 3_600_000;
const KEPT_DAYS = 90;

/** Removes deleted applications and endpoints, for at most half of the time and no faster than the rollups follow. */
export class DeletionsTask implements LeaderTask {
  readonly name = 'accounts-deletions';
  readonly description = 'Removes what was deleted for good, batch by batch.';
  private leading: { session: LeaderSession; removal: Removal } | null = null;
  private readonly lockedUntil = new Map<string, number>();
  private batchRows: number;
  private prunedAt = -Infinity;

  /**
   * `maxUnfolded`: it waits while the rollups hold more versions of attempts that were changed or removed, and adds at most
   * as many again: reads look at all of them.
   */
  constructor(
    private readonly maxUnfolded: number,
    private readonly metrics: Pick<DeletionMetrics, 'removed'>,
  ) {
    this.batchRows = Math.min(FIRST_BATCH_ROWS, maxUnfolded);
  }

  async run(session: LeaderSession): Promise<number> {
    const removal = this.removalOf(session);
    await this.prune(removal);
    const deletion = await removal.pick(this.locked(), this.maxUnfolded);
    if (deletion === undefined) return IDLE_MS;
    if (Number(deletion.unfolded) > this.maxUnfolded) return UNFOLDED_MS;
    const startedAt = performance.now();
    const removed = await this.step(removal, deletion);
    const tookMs = performance.now() - startedAt;
    if (removed === this.batchRows) this.batchRows = nextBatchRows(removed, tookMs, this.limits);
    return tookMs;
  }

  private async step(removal: Removal, deletion: UnfinishedDeletion): Promise<number> {
    try {
      const removed = await removal.step(deletion, this.batchRows);
      this.metrics.removed(removed);
      return removed;
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (error.code === 'statement_timeout') this.batchRows = halvedBatchRows(this.batchRows, this.limits);
      else this.lockedUntil.set(deletion.id, performance.now() + LOCKED_MS);
      return 0;
    }
  }

  private get limits() {
    return { targetBatchMs: TARGET_BATCH_MS, maxBatchRows: this.maxUnfolded };
  }

  /** Those that are not to be tried now. */
  private locked(): string[] {
    const now = performance.now();
    for (const [id, until] of this.lockedUntil) if (until < now) this.lockedUntil.delete(id);
    return [...this.lockedUntil.keys()];
  }

  private async prune(removal: Removal): Promise<void> {
    if (performance.now() - this.prunedAt < PRUNE_INTERVAL_MS) return;
    await removal.prune(KEPT_DAYS);
    this.prunedAt = performance.now();
  }

  /** What is remembered of a session holds for that session. */
  private removalOf(session: LeaderSession): Removal {
    if (this.leading?.session !== session) this.leading = { session, removal: new Removal(session) };
    return this.leading.removal;
  }
}

const passing = ['lock_timeout', 'transaction_conflict', 'statement_timeout'];
const isPassing = (error: unknown): error is DomainError =>
  error instanceof DomainError && passing.includes(error.code);
