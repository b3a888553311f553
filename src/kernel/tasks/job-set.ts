import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, ConfigError, type AppConfig } from '../config/config.js';
import { CronSchedule } from './cron-schedule.js';
import type { Job } from './job.js';

/** The jobs that this version of the program knows, with their schedules as configured. */
@Injectable()
export class JobSet {
  private readonly jobs = new Map<string, Job>();

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  /** Throws when there is one of that name. */
  add(job: Job): void {
    if (this.jobs.has(job.name)) throw new Error(`the job ${job.name} was registered before`);
    this.jobs.set(job.name, job);
  }

  get(name: string): Job | undefined {
    return this.jobs.get(name);
  }

  all(): Job[] {
    return [...this.jobs.values()];
  }

  /** null: by hand only, or switched off. */
  scheduleOf({ name, schedule }: Job): CronSchedule | null {
    const { schedules, timeZone } = this.config.maintenance;
    const expression = schedules[name] === undefined ? schedule : schedules[name];
    return expression === null ? null : new CronSchedule(expression, timeZone);
  }

  /** Throws ConfigError when a schedule is configured for a job that does not exist. */
  refuseUnknownSchedules(): void {
    const unknown = Object.keys(this.config.maintenance.schedules).filter((name) => !this.jobs.has(name));
    if (unknown.length > 0)
      throw new ConfigError(
        unknown.map((name) => `MAINTENANCE_SCHEDULES: there is no job of the name ${name}`),
      );
  }
}
