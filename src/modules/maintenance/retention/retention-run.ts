import { sql } from '../../../kernel/database/sql.js';
import { DomainError } from '../../../kernel/errors/domain-error.js';
import { halvedBatchRows, nextBatchRows } from '../../../kernel/migrations/backfill/batch-size.js';
import { rest } from '../../../kernel/migrations/backfill/rest.js';
import { rowsBetweenVacuums, vacuumStatement } from '../../../kernel/migrations/backfill/vacuum.js';
import type { JobContext } from '../../../kernel/tasks/job.js';
import type { EventPlace } from './queries/lock-old-events.sql.js';
import { RetentionRepository } from './retention.repository.js';

const FIRST_BATCH_EVENTS = 100;
const TARGET_BATCH_MS = 200;
const UNFOLDED_MS = 250;
/** A fold that takes nothing in for so long is not running. */
const FOLD_PATIENCE_MS = 60_000;
const MAX_FAILURES_IN_A_ROW = 20;
const AFTER_FAILURE_MS = 1000;
const VACUUM_SHARE = 0.2;
const VACUUM_LOCK_TIMEOUT_MS = 5000;
/** The last two are what batches leave dead rows in besides. */
const vacuumed = ['public.delivery_attempts', 'public.events', 'public.superseded_attempts'] as const;
const passing = ['lock_timeout', 'transaction_conflict', 'statement_timeout'];

export interface Removed {
  attempts: number;
  events: number;
  batches: number;
  vacuums: number;
}

/** One walk over the events before a time, oldest first, in transactions of some 200 ms, half of the time at most. */
export class RetentionRun {
  readonly removed: Removed = { attempts: 0, events: 0, batches: 0, vacuums: 0 };
  private place: EventPlace | null = null;
  private batchEvents = FIRST_BATCH_EVENTS;
  private maxEvents = Infinity;
  private failures = 0;
  private unvacuumed = 0;

  /** `maxUnfolded`: of versions that were removed and that reads have to look at; `estimated`: attempts in the table. */
  constructor(
    private readonly context: JobContext,
    private readonly before: string,
    private readonly maxUnfolded: number,
    private readonly estimated: number,
  ) {}

  /** Throws when the signal is aborted, the fold does not follow, or one batch fails time and again. */
  async toTheEnd(): Promise<Removed> {
    await this.context.transaction({ work: 'background' }, (tx) =>
      new RetentionRepository(tx).moveHorizon(this.before),
    );
    do {
      this.context.signal.throwIfAborted();
      await this.untilFolded();
    } while (await this.nextBatch());
    if (this.unvacuumed > 0) await this.vacuum();
    return this.removed;
  }

  /** false: there are no more events. */
  private async nextBatch(): Promise<boolean> {
    const startedAt = performance.now();
    try {
      const batch = await this.context.transaction({ work: 'background' }, (tx) =>
        new RetentionRepository(tx).removeBatch(this.before, this.place, this.batchEvents),
      );
      if (batch.last === null) return false;
      this.place = batch.last;
      this.count(batch, performance.now() - startedAt);
    } catch (error) {
      await this.retreat(error);
      return true;
    }
    if (this.unvacuumed >= rowsBetweenVacuums(VACUUM_SHARE, this.estimated)) await this.vacuum();
    await rest(performance.now() - startedAt, this.context.signal);
    return true;
  }

  private count(batch: { seen: number; attempts: number; events: number }, tookMs: number): void {
    this.failures = 0;
    this.removed.batches++;
    this.removed.attempts += batch.attempts;
    this.removed.events += batch.events;
    this.unvacuumed += batch.attempts;
    this.maxEvents = Math.floor((batch.seen * this.maxUnfolded) / 2 / Math.max(batch.attempts, 1));
    this.batchEvents = nextBatchRows(batch.seen, tookMs, this.limits);
    this.context.progress(`${this.removed.attempts} attempts removed`, this.removed.attempts);
  }

  private get limits() {
    const most = Math.min(this.maxEvents, this.maxUnfolded);
    return { targetBatchMs: TARGET_BATCH_MS, maxBatchRows: Math.max(1, most) };
  }

  private async retreat(error: unknown): Promise<void> {
    this.context.signal.throwIfAborted();
    const isPassing = error instanceof DomainError && passing.includes(error.code);
    if (!isPassing || ++this.failures >= MAX_FAILURES_IN_A_ROW) throw error;
    this.batchEvents = halvedBatchRows(this.batchEvents, this.limits);
    await rest(AFTER_FAILURE_MS, this.context.signal);
  }

  /** A read looks at what the fold has yet to take off: there is never more of it than reads are good for. */
  private async untilFolded(): Promise<void> {
    const startedAt = performance.now();
    const most = Math.floor(this.maxUnfolded / 2);
    while ((await new RetentionRepository(this.context).unfolded(most + 1)) > most) {
      if (performance.now() - startedAt > FOLD_PATIENCE_MS) throw foldIsAway();
      await rest(UNFOLDED_MS, this.context.signal);
      this.context.signal.throwIfAborted();
    }
  }

  private async vacuum(): Promise<void> {
    this.unvacuumed = 0;
    for (const table of vacuumed) {
      this.context.signal.throwIfAborted();
      this.context.progress(`VACUUM ${table}`, this.removed.attempts);
      const text = vacuumStatement(table);
      const statement = { ...sql<never>('maintenance.vacuum-removed')`VACUUM`, text };
      try {
        await this.context.command(statement, { lockTimeoutMs: VACUUM_LOCK_TIMEOUT_MS });
        this.removed.vacuums++;
      } catch (error) {
        // Another VACUUM has the table.
        if (!(error instanceof DomainError) || error.code !== 'lock_timeout') throw error;
      }
    }
  }
}

const foldIsAway = () =>
  new DomainError(
    'unavailable',
    'fold_behind',
    'The statistics fold has taken nothing in for a minute: attempts are removed only as fast as it follows',
  );
