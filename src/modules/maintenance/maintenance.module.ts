import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import { Cursors } from '../../kernel/http/cursor.js';
import type { Job } from '../../kernel/tasks/job.js';
import { Jobs } from '../../kernel/tasks/jobs.js';
import { AutovacuumService } from './autovacuum/autovacuum.service.js';
import { RevertAutovacuumJob } from './autovacuum/revert-autovacuum.job.js';
import { TuneAutovacuumJob } from './autovacuum/tune-autovacuum.job.js';
import { BloatService } from './bloat/bloat.service.js';
import { RebuildBloatedJob } from './bloat/rebuild-bloated.job.js';
import { RewriteTablesJob } from './bloat/rewrite-tables.job.js';
import { ApplySettingJob } from './configuration/apply-setting.job.js';
import { ConfigurationAdvisor } from './configuration/configuration-advisor.js';
import { ConfigurationService } from './configuration/configuration.service.js';
import { RevertSettingJob } from './configuration/revert-setting.job.js';
import { PruneHistoryJob } from './history/prune-history.job.js';
import { DropIndexJob } from './indexes/drop-index.job.js';
import { IndexEvidenceReadModel } from './indexes/index-evidence.read-model.js';
import { IndexEvidenceService } from './indexes/index-evidence.service.js';
import { RebuildIndexJob } from './indexes/rebuild-index.job.js';
import { RepairIndexesJob } from './indexes/repair-indexes.job.js';
import { RestoreIndexJob } from './indexes/restore-index.job.js';
import { RetentionJob } from './retention/retention.job.js';
import { RetentionService } from './retention/retention.service.js';
import { JobsService } from './runs/jobs.service.js';
import { Operations } from './runs/operations.service.js';
import { RunsService } from './runs/runs.service.js';
import { AnalyzePartitionedJob } from './vacuum/analyze-partitioned.job.js';
import { FreezeJob } from './vacuum/freeze.job.js';
import { VacuumJob } from './vacuum/vacuum.job.js';
import { RefreshRecentStatsJob } from './views/refresh-recent-stats.job.js';
import { UpkeepDailyStatsJob } from './views/upkeep-daily-stats.job.js';

const services = [
  AutovacuumService,
  BloatService,
  ConfigurationService,
  IndexEvidenceService,
  JobsService,
  Operations,
  RetentionService,
  RunsService,
];

/** The care of the database: a job for each kind of it. */
@Module({ providers: [Cursors, IndexEvidenceReadModel, RetentionJob, ...services], exports: services })
export class MaintenanceModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly retention: RetentionJob,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    const advisor = new ConfigurationAdvisor(this.config);
    const { database, maintenance } = this.config;
    const all: readonly Job[] = [
      new AnalyzePartitionedJob(),
      new ApplySettingJob(advisor),
      new DropIndexJob(),
      new FreezeJob(),
      new PruneHistoryJob(),
      new RebuildBloatedJob({ program: maintenance.pgRepack, databaseUrl: database.url }),
      new RebuildIndexJob(),
      new RefreshRecentStatsJob(),
      new RepairIndexesJob(),
      new RestoreIndexJob(),
      this.retention,
      new RevertAutovacuumJob(),
      new RevertSettingJob(advisor),
      new RewriteTablesJob(maintenance),
      new TuneAutovacuumJob(),
      new UpkeepDailyStatsJob(),
      new VacuumJob(),
    ];
    for (const job of all) this.jobs.register(job);
  }
}
