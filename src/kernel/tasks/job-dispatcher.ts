import { Logger } from '@nestjs/common';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { JobRun, type RunDependencies, type RunEnd } from './job-run.js';
import type { JobMetrics } from './job-metrics.js';
import type { JobSet } from './job-set.js';
import type { ExpiredRunRow } from './queries/list-expired-runs.sql.js';
import { cancelled, RunAbort, shuttingDown } from './run-abort.js';
import { TaskErrors } from './task-errors.js';

/** Of one instance; a run has a connection of its own. */
const MAX_RUNS = 4;

interface DispatcherDependencies extends RunDependencies {
  readonly jobs: JobSet;
  readonly metrics: JobMetrics;
  /** false: runs by hand only. */
  readonly scheduled: boolean;
}

/** Takes runs that are due, one instance each, and takes over from instances that are gone. */
export class JobDispatcher {
  private readonly logger = new Logger('jobs');
  private readonly errors = new TaskErrors(this.logger);
  private readonly stopping = new AbortController();
  private readonly instance = `${hostname()}:${process.pid}`;
  private readonly running = new Map<JobRun, Promise<void>>();
  private nap = new AbortController();
  private looking: Promise<void> = Promise.resolve();

  constructor(private readonly with_: DispatcherDependencies) {}

  /** With a run: for that one alone. */
  start(runId: string | null = null): void {
    this.looking = this.live(runId);
  }

  /** Looks at once: something may be due. */
  wake(): void {
    this.nap.abort();
  }

  /** Tells a run of this instance; others hear of it from the ledger. */
  cancel(runId: string, by: string): void {
    for (const run of this.running.keys()) if (run.id === runId) run.abort(cancelled(by));
  }

  /** Aborts what runs and waits for it; bounded by the runs' own patience. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await this.looking;
    for (const run of this.running.keys()) run.abort(shuttingDown());
    await Promise.all(this.running.values());
  }

  private async live(runId: string | null): Promise<void> {
    while (!this.stopping.signal.aborted) {
      this.nap = new AbortController();
      await this.look(runId).catch((error: unknown) => this.errors.report(error));
      const signal = AbortSignal.any([this.nap.signal, this.stopping.signal]);
      await sleep(this.with_.timings.pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async look(runId: string | null): Promise<void> {
    const { runs, jobs, timings, scheduled } = this.with_;
    const names = jobs.all().map(({ name }) => name);
    for (const expired of await runs.expired(names)) await this.takeOver(expired);
    await runs.skipSuperseded(timings.lateMs);
    const heavyJobs = jobs.all().flatMap(({ name, weight }) => (weight === 'heavy' ? [name] : []));
    const { instance } = this;
    const claim = { jobs: names, heavyJobs, scheduled, runId, instance, leaseMs: timings.leaseMs };
    while (this.running.size < MAX_RUNS && !this.stopping.signal.aborted) {
      const claimed = await runs.claim(claim);
      const job = claimed && jobs.get(claimed.job);
      if (claimed === undefined || job === undefined) return;
      const run = new JobRun(job, claimed, this.with_);
      this.running.set(run, this.attend(run));
    }
  }

  private async attend(run: JobRun): Promise<void> {
    const { metrics } = this.with_;
    const startedAt = performance.now();
    metrics.began(run.job.name);
    const end = await run.go().catch((error: unknown): RunEnd => ({ state: 'lost', error }));
    metrics.ended(run.job.name, end.state, (performance.now() - startedAt) / 1000);
    this.tell(run, end);
    this.running.delete(run);
    // Its next one may wait for this.
    this.wake();
  }

  private tell({ job, id }: JobRun, { state, error }: RunEnd): void {
    const what = `${job.name}: run ${id}: ${state}`;
    if (error === undefined) return this.logger.log(what);
    if (error instanceof RunAbort) return this.logger.warn(`${what}: ${error.message}`);
    const { message, stack } = error instanceof Error ? error : new Error('what was thrown is no Error');
    this.logger.error(`${what}: ${message}`, stack);
  }

  private async takeOver({ id, job, fence, attempt, instance }: ExpiredRunRow): Promise<void> {
    const { runs, jobs } = this.with_;
    const old = { runId: id, fence };
    // Where this role may not, the server ends it when it has been idle for long enough.
    await runs.endBackend(old).catch(() => undefined);
    const isRetried = attempt <= (jobs.get(job)?.retries ?? 0);
    const state = await runs.takeOver(
      old,
      isRetried,
      `${instance} has not been heard of, and may be dead or frozen`,
    );
    if (state !== undefined) this.logger.warn(`${job}: run ${id} of ${instance}, which is silent: ${state}`);
  }
}
