import { sqlState } from '../database/database-error.js';
import type { DedicatedSessions } from '../database/dedicated-session.js';
import { DomainError } from '../errors/domain-error.js';
import { inRootSpan } from '../telemetry/tracing.js';
import type { Fence } from './fence.js';
import type { Job, JobReport } from './job.js';
import type { JobRunsRepository } from './job-runs.repository.js';
import type { RunOutcome } from './job-state.js';
import type { ClaimedRunRow } from './queries/claim-run.sql.js';
import { RunAbort, sessionLost, timedOut } from './run-abort.js';
import { RunContext } from './run-context.js';
import { failureOf } from './run-failure.js';
import type { RunGuard } from './run-guard.js';
import { Lease } from './lease.js';
import { openRunSession, type RunSession } from './run-session.js';
import type { RunnerTimings } from './runner-timings.js';

/** Until another session has let go of the job's lock. */
const LOCK_HELD_RETRY_MS = 1000;
/** Well below SESSION_IDLE_TIMEOUT_MS. */
const KEEP_ALIVE_MS = 3000;

export interface RunDependencies {
  readonly sessions: DedicatedSessions;
  readonly runs: JobRunsRepository;
  readonly timings: RunnerTimings;
  readonly guard: RunGuard;
}

export type RunEnd = { state: RunOutcome | 'lost'; error?: unknown };

/** One attempt of one run, from its claim to its entry in the ledger. */
export class JobRun {
  readonly id: string;
  private readonly fence: Fence;
  private readonly stopping = new AbortController();
  private context: RunContext | null = null;

  constructor(
    readonly job: Job,
    private readonly claimed: ClaimedRunRow,
    private readonly with_: RunDependencies,
  ) {
    this.id = claimed.id;
    this.fence = { runId: claimed.id, fence: claimed.fence };
  }

  /** The first reason counts. What runs in the database is cancelled; the job has a moment to end. */
  abort(reason: RunAbort): void {
    this.stopping.abort(reason);
  }

  /** Ends with the attempt. Throws when what became of it could not be written down: then its lease expires. */
  async go(): Promise<RunEnd> {
    const { runs, timings } = this.with_;
    const lease = new Lease(this.fence, runs, timings, (reason) => this.abort(reason));
    lease.start(() => this.context?.latest ?? null);
    try {
      return (await this.refused()) ?? (await this.attempt());
    } catch (error) {
      return await this.fail(error);
    } finally {
      lease.stop();
    }
  }

  private async refused(): Promise<RunEnd | null> {
    const { runs, guard } = this.with_;
    const refusal = await guard.refusal(this.job, this.claimed);
    if (refusal === null) return null;
    const skipped = await runs.fail(this.fence, { state: 'skipped', ...refusal, retryAfterMs: null });
    return { state: skipped ? 'skipped' : 'lost' };
  }

  private async attempt(): Promise<RunEnd> {
    const { sessions, runs } = this.with_;
    const own = await openRunSession(this.job.name, this.fence, sessions, runs);
    if (own === null) {
      await runs.giveBack(this.fence, LOCK_HELD_RETRY_MS);
      return { state: 'queued' };
    }
    try {
      const report = await this.bounded(own, () => inRootSpan(this.span(), () => this.work(own)));
      const isWritten = this.context?.isFinished === true || (await runs.succeed(this.fence, report));
      return { state: isWritten ? 'succeeded' : 'lost' };
    } finally {
      await own.session.close();
    }
  }

  private span() {
    const { name } = this.job;
    const attributes = { 'ethhook.job': name, 'ethhook.run_id': this.id };
    return { name: `job ${name}`, attributes, codeOf };
  }

  private async work(own: RunSession): Promise<JobReport> {
    const { parameters, isDryRun } = this.claimed;
    const context = new RunContext(own, this.fence, this.with_.runs, this.stopping.signal, isDryRun);
    this.context = context;
    // What was asked for was checked then; a later version of the job may see it otherwise.
    const given = this.job.parameters.parse(parameters);
    if (!isDryRun) return this.job.run(context, given);
    const steps = await this.job.plan(context, given);
    const summary = steps.length === 0 ? 'nothing would be done' : `${steps.length} step(s) would be done`;
    return { rows: 0, steps, summary };
  }

  /** With everything around it that can stop it. */
  private async bounded<T>(own: RunSession, work: () => Promise<T>): Promise<T> {
    const { signal } = this.stopping;
    const timer = setTimeout(() => this.abort(timedOut(this.job.timeoutMs)), this.job.timeoutMs);
    const heart = setInterval(() => void this.context?.keepAlive().catch(onLost), KEEP_ALIVE_MS);
    const onLost = () => this.abort(sessionLost());
    const onAbort = () => void this.cut(own);
    own.session.lost.addEventListener('abort', onLost);
    signal.addEventListener('abort', onAbort);
    const endGuard = this.with_.guard.watch(this.job, this.claimed, own.backendPid, (reason) =>
      this.abort(reason),
    );
    try {
      signal.throwIfAborted();
      // A job that looks at nothing is left behind: without its connection it can do no more.
      return await Promise.race([work(), this.patienceIsOver(signal)]);
    } finally {
      clearTimeout(timer);
      clearInterval(heart);
      endGuard();
      own.session.lost.removeEventListener('abort', onLost);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Cancels what runs, and cuts the connection when that was not enough. */
  private async cut(own: RunSession): Promise<void> {
    const timer = setTimeout(() => own.session.destroy(), this.with_.timings.cancelMs);
    own.session.lost.addEventListener('abort', () => clearTimeout(timer), { once: true });
    await this.with_.runs.cancelStatement(this.fence).catch(() => undefined);
  }

  private patienceIsOver(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        setTimeout(() => reject(signal.reason as RunAbort), this.with_.timings.cancelMs + 100).unref();
      });
    });
  }

  private async fail(error: unknown): Promise<RunEnd> {
    const { runs, timings } = this.with_;
    const reason: unknown = this.stopping.signal.reason;
    const cause = reason instanceof RunAbort ? reason : error;
    if (cause instanceof RunAbort && cause.state === 'lost') return { state: 'lost' };
    if (this.context?.isFinished === true) return { state: 'succeeded' };
    const { attempt } = this.claimed;
    const failure = failureOf(cause, { attempt, retries: this.job.retries, retryMs: timings.retryMs });
    const isWritten = await runs.fail(this.fence, failure);
    if (!isWritten) return { state: 'lost', error: cause };
    return { state: failure.retryAfterMs === null ? failure.state : 'queued', error: cause };
  }
}

const codeOf = (error: unknown) =>
  error instanceof DomainError ? error.code : (sqlState(error) ?? 'failed');
