import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import type { Job } from '../../kernel/tasks/job.js';
import { Jobs } from '../../kernel/tasks/jobs.js';
import { BloatService } from './bloat/bloat.service.js';
import { RebuildBloatedJob } from './bloat/rebuild-bloated.job.js';
import { RewriteTablesJob } from './bloat/rewrite-tables.job.js';
import { DropIndexJob } from './indexes/drop-index.job.js';
import { IndexEvidenceReadModel } from './indexes/index-evidence.read-model.js';
import { IndexEvidenceService } from './indexes/index-evidence.service.js';
import { RepairIndexesJob } from './indexes/repair-indexes.job.js';
import { RestoreIndexJob } from './indexes/restore-index.job.js';

/** The care of the database: a job for each kind of it. */
@Module({ providers: [BloatService, IndexEvidenceReadModel, IndexEvidenceService] })
export class MaintenanceModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    const { database, maintenance } = this.config;
    const all: readonly Job[] = [
      new DropIndexJob(),
      new RebuildBloatedJob({ program: maintenance.pgRepack, databaseUrl: database.url }),
      new RepairIndexesJob(),
      new RestoreIndexJob(),
      new RewriteTablesJob(maintenance),
    ];
    for (const job of all) this.jobs.register(job);
  }
}
