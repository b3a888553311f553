import {
  Inject,
  Injectable,
  Optional,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { DedicatedSessions } from '../database/dedicated-session.js';
import { JobDispatcher } from './job-dispatcher.js';
import { JobMetrics } from './job-metrics.js';
import { JobRunsRepository } from './job-runs.repository.js';
import { JobScheduler } from './job-scheduler.js';
import { JobSet } from './job-set.js';
import { MaintenanceWindows } from './maintenance-windows.js';
import { RunGuard } from './run-guard.js';
import { RUNNER_TIMINGS, type RunnerTimings } from './runner-timings.js';

/** Provided as `true` by a process that runs nothing but what it is told to. */
export const RUNS_ONLY_ITS_OWN = Symbol('RUNS_ONLY_ITS_OWN');

/** What of this process runs jobs, from the start of the application to its end. */
@Injectable()
export class JobRunner implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly dispatcher: JobDispatcher;
  private readonly scheduler: JobScheduler;
  private stopped: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly jobs: JobSet,
    private readonly runs: JobRunsRepository,
    sessions: DedicatedSessions,
    guard: RunGuard,
    metrics: JobMetrics,
    registry: SchedulerRegistry,
    windows: MaintenanceWindows,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(RUNNER_TIMINGS) timings: RunnerTimings,
    @Optional() @Inject(RUNS_ONLY_ITS_OWN) private readonly runsOnlyItsOwn = false,
  ) {
    const { enabled: scheduled } = config.maintenance;
    this.dispatcher = new JobDispatcher({ jobs, runs, sessions, guard, metrics, timings, scheduled });
    this.scheduler = new JobScheduler({
      ...{ jobs, runs, registry, windows, timings },
      onQueued: () => this.dispatcher.wake(),
    });
  }

  /** The modules have registered their jobs by now. Throws ConfigError when one has a schedule that does not exist. */
  async onApplicationBootstrap(): Promise<void> {
    await this.runs.addJobs(this.jobs.all().map(({ name }) => name));
    // Nor has it the jobs of all modules.
    if (this.runsOnlyItsOwn) return;
    this.jobs.refuseUnknownSchedules();
    this.dispatcher.start();
    if (this.config.maintenance.enabled) this.scheduler.start();
  }

  /** For a process that runs only its own: that run, unless another process has it by then. */
  runHere(runId: string): void {
    this.dispatcher.start(runId);
  }

  /** Something was queued by hand. */
  wake(): void {
    this.dispatcher.wake();
  }

  cancel(runId: string, by: string): void {
    this.dispatcher.cancel(runId, by);
  }

  /** A pause has ended: what was missed meanwhile is decided. */
  resumed(): void {
    if (this.config.maintenance.enabled) this.scheduler.lookAtAll();
    this.dispatcher.wake();
  }

  /** The HTTP server closes after this, and must not go on taking requests while a run ends. */
  onModuleDestroy(): void {
    this.stopped = Promise.all([this.scheduler.stop(), this.dispatcher.stop()]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.stopped;
  }
}
