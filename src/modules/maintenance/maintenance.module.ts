import { Module, type OnModuleInit } from '@nestjs/common';
import type { Job } from '../../kernel/tasks/job.js';
import { Jobs } from '../../kernel/tasks/jobs.js';
import { Cursors } from '../../kernel/http/cursor.js';
import { JobsService } from './runs/jobs.service.js';
import { Operations } from './runs/operations.service.js';
import { RunsService } from './runs/runs.service.js';
import { RefreshRecentStatsJob } from './views/refresh-recent-stats.job.js';
import { UpkeepDailyStatsJob } from './views/upkeep-daily-stats.job.js';

/** The care of the database: a job for each kind of it. */
@Module({
  providers: [Cursors, JobsService, Operations, RunsService],
  exports: [JobsService, Operations, RunsService],
})
export class MaintenanceModule implements OnModuleInit {
  constructor(private readonly jobs: Jobs) {}

  onModuleInit(): void {
    const all: readonly Job[] = [new RefreshRecentStatsJob(), new UpkeepDailyStatsJob()];
    for (const job of all) this.jobs.register(job);
  }
}
