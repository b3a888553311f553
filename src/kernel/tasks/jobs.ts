import { Injectable } from '@nestjs/common';
import type { Job } from './job.js';

/** The jobs of the cluster. Modules register theirs in onModuleInit. */
@Injectable()
export class Jobs {
  private readonly jobs = new Map<string, Job>();

  /** Throws when there is one of that name. */
  register(job: Job): void {
    if (this.jobs.has(job.name)) throw new Error(`the job ${job.name} was registered before`);
    this.jobs.set(job.name, job);
  }
}
