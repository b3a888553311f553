import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { QueryRunner } from '../database/database.js';
import { toValidationError } from '../http/validation.js';
import { jobIsContinuous, jobNotFound, jobPaused, jobRunning, outsideWindow } from './job.errors.js';
import { runIsOver, runNotFound } from './job.errors.js';
import type { Job } from './job.js';
import { ALL_JOBS, JobLedger, type Pauses } from './job-ledger.repository.js';
import { JobRunner } from './job-runner.js';
import { JobSet } from './job-set.js';
import { isFinal, type JobState, type RunDetails, type RunFilter } from './job-state.js';
import type { RunRequest, RunState } from './job-state.js';
import type { LeaderTaskState } from './leader-task.js';
import { LeaderTasks } from './leader-tasks.js';
import { MaintenanceWindows } from './maintenance-windows.js';

const WATCH_INTERVAL_MS = 500;

/**
 * The jobs of the cluster: what modules register theirs with, and what operators steer. What changes something does so in
 * `tx`, where one is given.
 */
@Injectable()
export class Jobs {
  constructor(
    private readonly set: JobSet,
    private readonly ledger: JobLedger,
    private readonly tasks: LeaderTasks,
    private readonly runner: JobRunner,
    private readonly windows: MaintenanceWindows,
  ) {}

  /** In onModuleInit. Throws when there is one of that name. */
  register(job: Job): void {
    this.set.add(job);
  }

  /** By name, with the leader tasks of this process. */
  async list(): Promise<JobState[]> {
    const jobs = this.set.all();
    const [pauses, latest] = await Promise.all([
      this.ledger.pauses(),
      this.ledger.latest(jobs.map(({ name }) => name)),
    ]);
    return [
      ...jobs.map((job) => this.stateOf(job, pauses, latest)),
      ...this.tasks.states().map((state) => continuousState(state, pauses)),
    ].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Throws 404 job_not_found. */
  async find(name: string): Promise<JobState> {
    const found = (await this.list()).find((job) => job.name === name);
    if (found === undefined) throw jobNotFound(name);
    return found;
  }

  /**
   * Returns when the run is in the ledger; it goes on in the background. Throws 404 job_not_found, 400 validation_error, and
   * 409 job_is_continuous, outside_window, job_paused, job_running.
   */
  async runNow(name: string, request: RunRequest, tx?: QueryRunner): Promise<{ runId: string }> {
    const job = this.jobOf(name);
    const parsed = job.parameters.safeParse(request.parameters ?? {});
    if (!parsed.success) throw toValidationError(parsed.error.issues);
    if (!request.force && !request.dryRun) await this.refuseUnforced(job);
    const { runId, openRunId } = await this.ledger.ask(name, request, tx);
    if (runId === null) throw jobRunning(name, openRunId ?? '');
    this.runner.wake();
    return { runId };
  }

  /** null: all of them. Also those that go on all the time; a run that is under way ends as it would. */
  async pause(
    name: string | null,
    by: string | null,
    reason: string | null,
    tx?: QueryRunner,
  ): Promise<void> {
    await this.ledger.pause(this.pausableName(name), by, reason, tx);
  }

  async resume(name: string | null, _by: string | null, tx?: QueryRunner): Promise<void> {
    await this.ledger.resume(this.pausableName(name), tx);
    this.runner.resumed();
  }

  /** A run that is under way ends soon after. Throws 404 run_not_found and 409 run_is_over. */
  async cancel(runId: string, by: string | null, tx?: QueryRunner): Promise<void> {
    const state = isRunId(runId) ? await this.ledger.cancel(runId, by, tx) : undefined;
    if (state !== undefined) return this.runner.cancel(runId, by ?? 'unknown');
    await this.run(runId);
    throw runIsOver(runId);
  }

  /** Newest first. */
  runs(filter: RunFilter): Promise<RunState[]> {
    return this.ledger.runs(filter);
  }

  /** Throws 404 run_not_found. */
  async run(runId: string): Promise<RunDetails> {
    const run = isRunId(runId) ? await this.ledger.run(runId) : null;
    if (run === null) throw runNotFound(runId);
    return run;
  }

  /** The run now and after each change; ends with its end, or when `signal` is aborted. Throws 404 run_not_found. */
  async *watch(runId: string, signal: AbortSignal): AsyncIterable<RunDetails> {
    for (let told = ''; !signal.aborted;) {
      const run = await this.run(runId);
      // How long it has run changes all the time.
      const now = JSON.stringify({ ...run, durationMs: null });
      if (now !== told) yield run;
      if (isFinal(run.state)) return;
      told = now;
      await sleep(WATCH_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async refuseUnforced({ name, weight }: Job): Promise<void> {
    const now = new Date();
    if (weight === 'heavy' && !this.windows.isOpen(now))
      throw outsideWindow(name, this.windows.opensAfter(now)?.toISOString() ?? null);
    const pause = (await this.ledger.pauses()).of(name);
    if (pause !== null) throw jobPaused(name, pause);
  }

  private jobOf(name: string): Job {
    const job = this.set.get(name);
    if (job !== undefined) return job;
    throw this.isContinuous(name) ? jobIsContinuous(name) : jobNotFound(name);
  }

  private pausableName(name: string | null): string {
    if (name === null) return ALL_JOBS;
    if (this.set.get(name) === undefined && !this.isContinuous(name)) throw jobNotFound(name);
    return name;
  }

  private isContinuous(name: string): boolean {
    return this.tasks.states().some((task) => task.name === name);
  }

  private stateOf(job: Job, pauses: Pauses, latest: readonly RunState[]): JobState {
    const { name, description, missed, weight, timeoutMs, retries } = job;
    const schedule = this.set.scheduleOf(job);
    const paused = pauses.of(name);
    const runs = latest.filter((run) => run.job === name);
    return {
      ...{ name, description, missed, weight, timeoutMs, retries, paused },
      kind: schedule === null ? 'by-hand' : 'scheduled',
      schedule: schedule?.expression ?? null,
      parameters: z.toJSONSchema(job.parameters, { io: 'input', unrepresentable: 'any' }),
      nextRunAt: paused === null ? (schedule?.next(new Date()).toISOString() ?? null) : null,
      lastRun: runs.find(({ state }) => isFinal(state)) ?? null,
      running: runs.find(({ state }) => !isFinal(state)) ?? null,
      continuous: null,
    };
  }
}

const isRunId = (text: string) => /^\d{1,18}$/.test(text);

const continuousState = (continuous: LeaderTaskState, pauses: Pauses): JobState => ({
  name: continuous.name,
  description: continuous.description,
  kind: 'continuous',
  ...{ schedule: null, parameters: null, missed: 'skip', weight: 'light', timeoutMs: null, retries: 0 },
  ...{ nextRunAt: null, lastRun: null, running: null },
  paused: pauses.of(continuous.name),
  continuous,
});
