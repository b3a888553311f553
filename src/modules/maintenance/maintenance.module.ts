import { Module, type OnModuleInit } from '@nestjs/common';
import type { Job } from '../../kernel/tasks/job.js';
import { Jobs } from '../../kernel/tasks/jobs.js';
import { AutovacuumService } from './autovacuum/autovacuum.service.js';
import { RevertAutovacuumJob } from './autovacuum/revert-autovacuum.job.js';
import { TuneAutovacuumJob } from './autovacuum/tune-autovacuum.job.js';

/** The care of the database: a job for each kind of it. */
@Module({ providers: [AutovacuumService] })
export class MaintenanceModule implements OnModuleInit {
  constructor(private readonly jobs: Jobs) {}

  onModuleInit(): void {
    const all: readonly Job[] = [new RevertAutovacuumJob(), new TuneAutovacuumJob()];
    for (const job of all) this.jobs.register(job);
  }
}
