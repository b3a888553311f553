import {
  Inject,
  Injectable,
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
    this.jobs.refuseUnknownSchedules();
    await this.runs.addJobs(this.jobs.all().map(({ name }) => name));
    this.dispatcher.start();
    if (this.config.maintenance.enabled) this.scheduler.start();
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
