import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import { Cursors } from '../../kernel/http/cursor.js';
import type { Job } from '../../kernel/tasks/job.js';
import { Jobs } from '../../kernel/tasks/jobs.js';
import { AutovacuumService } from './autovacuum/autovacuum.service.js';
import { RevertAutovacuumJob } from './autovacuum/revert-autovacuum.job.js';
import { TuneAutovacuumJob } from './autovacuum/tune-autovacuum.job.js';
import { ApplySettingJob } from './configuration/apply-setting.job.js';
import { ConfigurationAdvisor } from './configuration/configuration-advisor.js';
import { ConfigurationService } from './configuration/configuration.service.js';
import { RevertSettingJob } from './configuration/revert-setting.job.js';
import { JobsService } from './runs/jobs.service.js';
import { Operations } from './runs/operations.service.js';
import { RunsService } from './runs/runs.service.js';
import { RefreshRecentStatsJob } from './views/refresh-recent-stats.job.js';
import { UpkeepDailyStatsJob } from './views/upkeep-daily-stats.job.js';

const services = [AutovacuumService, ConfigurationService, JobsService, Operations, RunsService];

/** The care of the database: a job for each kind of it. */
@Module({ providers: [Cursors, ...services], exports: services })
export class MaintenanceModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    const advisor = new ConfigurationAdvisor(this.config);
    const all: readonly Job[] = [
      new ApplySettingJob(advisor),
      new RefreshRecentStatsJob(),
      new RevertAutovacuumJob(),
      new RevertSettingJob(advisor),
      new TuneAutovacuumJob(),
      new UpkeepDailyStatsJob(),
    ];
    for (const job of all) this.jobs.register(job);
  }
}
