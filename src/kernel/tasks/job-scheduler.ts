import { Logger } from '@nestjs/common';
import type { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { decideSlots } from './due-slots.js';
import type { Job } from './job.js';
import type { JobRunsRepository } from './job-runs.repository.js';
import type { JobSet } from './job-set.js';
import type { MaintenanceWindows } from './maintenance-windows.js';
import type { RunnerTimings } from './runner-timings.js';
import { TaskErrors } from './task-errors.js';

interface SchedulerDependencies {
  readonly jobs: JobSet;
  readonly runs: JobRunsRepository;
  readonly windows: MaintenanceWindows;
  readonly registry: SchedulerRegistry;
  readonly timings: RunnerTimings;
  /** There is something to run. */
  readonly onQueued: () => void;
}

/** Queues the slots of the jobs: each instance at each tick, the ledger takes the first. A sweep finds what no tick has queued. */
export class JobScheduler {
  private readonly errors = new TaskErrors(new Logger('schedules'));
  private readonly ticking: string[] = [];
  private sweep: NodeJS.Timeout | undefined;
  private readonly looks = new Set<Promise<void>>();

  constructor(private readonly with_: SchedulerDependencies) {}

  start(): void {
    const { jobs, registry, timings } = this.with_;
    for (const job of jobs.all()) {
      const schedule = jobs.scheduleOf(job);
      if (schedule === null) continue;
      const { expression: cronTime, timeZone } = schedule;
      const tick = CronJob.from({ cronTime, timeZone, onTick: () => this.look([job]) });
      registry.addCronJob(job.name, tick);
      this.ticking.push(job.name);
      tick.start();
    }
    this.sweep = setInterval(() => this.lookAtAll(), timings.sweepMs);
    this.lookAtAll();
  }

  async stop(): Promise<void> {
    clearInterval(this.sweep);
    for (const name of this.ticking.splice(0)) this.with_.registry.deleteCronJob(name);
    await Promise.all(this.looks);
  }

  /** At once: at the start, and when a pause has ended. */
  lookAtAll(): void {
    this.look(this.with_.jobs.all());
  }

  private look(jobs: readonly Job[]): void {
    const look = this.queueDue(jobs)
      .catch((error: unknown) => void this.errors.report(error))
      .finally(() => this.looks.delete(look));
    this.looks.add(look);
  }

  private async queueDue(jobs: readonly Job[]): Promise<void> {
    const { runs, windows, timings } = this.with_;
    const rows = await runs.jobs();
    for (const job of jobs) {
      const after = rows.find(({ name }) => name === job.name)?.lastSlot;
      const schedule = this.with_.jobs.scheduleOf(job);
      if (after === undefined || schedule === null) continue;
      const due = { job, schedule, windows, after: new Date(after), now: new Date(), lateMs: timings.lateMs };
      const decisions = decideSlots(due);
      if (decisions.length === 0) continue;
      const queued = { job: job.name, decisions, skipsWhileOpen: job.missed === 'skip' };
      if (await runs.queueSlots(queued)) this.with_.onQueued();
    }
  }
}
