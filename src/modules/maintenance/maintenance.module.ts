import { Module, type OnModuleInit } from '@nestjs/common';
import type { Job } from '../../kernel/tasks/job.js';
import { Jobs } from '../../kernel/tasks/jobs.js';
import { RetentionJob } from './retention/retention.job.js';

/** The care of the database: a job for each kind of it. */
@Module({ providers: [RetentionJob] })
export class MaintenanceModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly retention: RetentionJob,
  ) {}

  onModuleInit(): void {
    const all: readonly Job[] = [this.retention];
    for (const job of all) this.jobs.register(job);
  }
}
