import { Module, type OnModuleInit } from '@nestjs/common';
import type { Job } from '../../kernel/tasks/job.js';
import { Jobs } from '../../kernel/tasks/jobs.js';
import { PruneHistoryJob } from './history/prune-history.job.js';
import { AnalyzePartitionedJob } from './vacuum/analyze-partitioned.job.js';
import { FreezeJob } from './vacuum/freeze.job.js';
import { VacuumJob } from './vacuum/vacuum.job.js';
import { RefreshRecentStatsJob } from './views/refresh-recent-stats.job.js';
import { UpkeepDailyStatsJob } from './views/upkeep-daily-stats.job.js';

/** The care of the database: a job for each kind of it. */
@Module({})
export class MaintenanceModule implements OnModuleInit {
  constructor(private readonly jobs: Jobs) {}

  onModuleInit(): void {
    const all: readonly Job[] = [
      new AnalyzePartitionedJob(),
      new FreezeJob(),
      new PruneHistoryJob(),
      new RefreshRecentStatsJob(),
      new UpkeepDailyStatsJob(),
      new VacuumJob(),
    ];
    for (const job of all) this.jobs.register(job);
  }
}
