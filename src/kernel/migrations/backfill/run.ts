import type { QueryRunner } from 'typeorm';
import { sqlState } from '../../database/database-error.js';
import { explain, MigrationError } from '../session.js';
import { contextOf, type MigrationContext } from '../settings.js';
import { bounded, halvedBatchRows } from './batch-size.js';
import { limitsOf, runBatch } from './batch.js';
import { beat, recordState, type BackfillState } from './journal.js';
import { readPressure } from './pressure.js';
import { percentOf, Progress } from './progress.js';
import { rest } from './rest.js';
import { rowsBetweenVacuums, vacuum } from './vacuum.js';
import type { BackfillDefinition } from './definition.js';
import type { Walk } from './walk.js';

// After these nothing of the batch is left, and the next try may find the rows free. 23503: an owner was deleted
// meanwhile; when it fails every time, there is an orphan, which more tries do not mend.
const triesAfter: Record<string, number> = {
  '55P03': Infinity,
  '40P01': Infinity,
  '40001': Infinity,
  '57014': Infinity,
  '23503': 5,
};
const FIRST_BACK_OFF_MS = 100;
const MAX_BACK_OFF_MS = 5000;
const CHECK_PRESSURE_EVERY_MS = 500;
const LOG_PAUSES_LONGER_MS = 2000;
const FINAL_VACUUM_TRIES = 3;

/** One run of a backfill, from where its row says to the end or to the first error. */
export class BackfillRun {
  private readonly context: MigrationContext;
  private readonly progress: Progress;
  private batchRows: number;
  private failures = 0;
  private checkPressureAt = 0;

  constructor(
    private readonly runner: QueryRunner,
    private readonly definition: BackfillDefinition,
    private readonly walk: Walk,
    public state: BackfillState,
    private unvacuumed: number,
  ) {
    this.context = contextOf(runner);
    this.progress = new Progress(definition.name, this.context);
    this.batchRows = bounded(state.batchRows, this.limits);
    this.progress.rate.add(performance.now(), state.rowsVisited);
  }

  async toTheEnd(): Promise<void> {
    do {
      this.stopIfAsked();
      await this.untilCalm();
      await this.vacuumIfDue();
      this.stopIfAsked();
    } while (await this.nextBatch());
    await this.finish();
  }

  private get limits() {
    return limitsOf(this.runner, this.definition);
  }

  private stopIfAsked(): void {
    if (this.context.signal.aborted) throw interrupted(this.definition.name, this.state);
  }

  /** false: there are no more rows. */
  private async nextBatch(): Promise<boolean> {
    const { runner, definition, walk, state, batchRows, progress } = this;
    const startedAt = performance.now();
    try {
      const outcome = await runBatch(runner, definition, walk, state, batchRows, progress.rate.perSecond);
      if (outcome === null) return false;
      this.failures = 0;
      this.state = outcome.state;
      this.batchRows = outcome.state.batchRows;
      this.unvacuumed += outcome.written;
    } catch (error) {
      // The interruption cancels the statement; its rows are for the next run.
      this.stopIfAsked();
      await this.retreat(error);
      return true;
    }
    progress.rate.add(performance.now(), this.state.rowsVisited);
    progress.show(this.state);
    await rest((performance.now() - startedAt) * this.limits.restRatio, this.context.signal);
    return true;
  }

  /** Throws what a smaller batch and a later time cannot mend. */
  private async retreat(error: unknown): Promise<void> {
    const { log, settings, signal } = this.context;
    const { name, table } = this.definition;
    const tries = Math.min(triesAfter[sqlState(error) ?? ''] ?? 0, settings.attempts);
    if (tries === 0) throw error;
    if (++this.failures >= tries)
      throw new MigrationError(
        `backfill ${name}: ${explain(error)}, ${this.failures} times in a row, on the ${this.batchRows} rows of ${table} ` +
          `after ${this.state.lastKey ?? 'the beginning'}; ${adviceFor(error)}, then run again: it goes on from there`,
        { cause: error },
      );
    this.batchRows = halvedBatchRows(this.batchRows, this.limits);
    log(
      `${name}: ${explain(error)}; try ${this.failures} of ${tries}, the next with at most ${this.batchRows} rows`,
    );
    const backOffMs = Math.min(FIRST_BACK_OFF_MS * 2 ** (this.failures - 1), MAX_BACK_OFF_MS);
    // Half of it by chance, so as not to meet the same periodic work each time.
    await rest(backOffMs * (0.5 + Math.random() / 2), signal);
  }

  /** Returns when nothing speaks against going on; looks at most twice a second. */
  private async untilCalm(): Promise<void> {
    if (performance.now() < this.checkPressureAt) return;
    const { runner, limits, progress } = this;
    const { name, table } = this.definition;
    const pausedAt = performance.now();
    let logged = false;
    for (;;) {
      const pressure = await readPressure(runner, table, limits);
      const pausedMs = performance.now() - pausedAt;
      this.checkPressureAt = performance.now() + CHECK_PRESSURE_EVERY_MS;
      if (pressure === null) break;
      this.state = await recordState(runner, name, 'paused', { pauseReason: pressure.reason });
      progress.show(this.state, `paused: ${pressure.reason}`);
      if (!logged && pausedMs >= LOG_PAUSES_LONGER_MS)
        this.context.log(`${name}: paused: ${pressure.reason}`);
      logged ||= pausedMs >= LOG_PAUSES_LONGER_MS;
      if (pausedMs >= limits.maxPauseMs)
        throw new MigrationError(
          `backfill ${name}: paused for ${Math.round(pausedMs / 1000)} s, and ${pressure.reason}; ` +
            `${pressure.remedy}, then run again: it goes on at ${percentOf(this.state).toFixed(1)} %`,
        );
      await rest(Math.min(CHECK_PRESSURE_EVERY_MS, limits.maxPauseMs), this.context.signal);
      this.stopIfAsked();
    }
    if (this.state.state === 'paused') await this.resume(logged);
  }

  private async resume(logged: boolean): Promise<void> {
    const { name } = this.definition;
    this.state = await recordState(this.runner, name, 'running');
    this.progress.rate.reset();
    this.progress.rate.add(performance.now(), this.state.rowsVisited);
    if (logged) this.context.log(`${name}: goes on`);
  }

  private async vacuumIfDue(): Promise<void> {
    if (this.definition.aggregate !== undefined) return;
    const threshold = rowsBetweenVacuums(this.limits.vacuumEveryShare, this.state.rowsEstimated);
    if (this.unvacuumed < threshold) return;
    // Put off, it is due again after a quarter of the rows.
    if (!(await this.vacuum())) this.unvacuumed = threshold * 0.75;
  }

  private async vacuum(analyze = false): Promise<boolean> {
    const { runner, definition } = this;
    this.progress.show(this.state, 'VACUUM');
    const done = await vacuum(runner, definition.table, {
      analyze,
      onProgress: async (activity) => {
        this.progress.show(this.state, activity);
        await beat(runner, definition.name);
      },
    });
    this.stopIfAsked();
    if (!done) return false;
    this.unvacuumed = 0;
    this.state = await recordState(runner, definition.name, 'running', { vacuums: 1 });
    return true;
  }

  private async finish(): Promise<void> {
    const { name, table } = this.definition;
    if (this.definition.aggregate !== undefined) this.unvacuumed = 0;
    for (let attempt = 1; this.unvacuumed > 0 && attempt <= FINAL_VACUUM_TRIES; attempt++)
      await this.vacuum(true);
    if (this.unvacuumed > 0)
      this.context.log(
        `${name}: ${table} is held by another VACUUM or DDL: run VACUUM (ANALYZE) on it later`,
      );
    this.state = await recordState(this.runner, name, 'done');
  }
}

/** Between two batches, or in one that is rolled back. */
export const interrupted = (name: string, state: BackfillState | undefined): MigrationError =>
  new MigrationError(
    `backfill ${name}${state === undefined ? '' : ` is at ${percentOf(state).toFixed(1)} %`}; run again to go on from there`,
    { kind: 'interrupted' },
  );

function adviceFor(error: unknown): string {
  const state = sqlState(error);
  if (state === '23503') return 'repair or delete the rows that refer to what does not exist';
  if (state === '57014') return 'see what loads the server, or whether the statement lacks an index';
  return 'end the transaction that holds them (pg_stat_activity, pg_blocking_pids)';
}
