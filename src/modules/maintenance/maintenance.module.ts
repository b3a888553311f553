import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../kernel/config/config.js';
import type { Job } from '../../kernel/tasks/job.js';
import { Jobs } from '../../kernel/tasks/jobs.js';
import { AutovacuumService } from './autovacuum/autovacuum.service.js';
import { RevertAutovacuumJob } from './autovacuum/revert-autovacuum.job.js';
import { TuneAutovacuumJob } from './autovacuum/tune-autovacuum.job.js';
import { ApplySettingJob } from './configuration/apply-setting.job.js';
import { ConfigurationAdvisor } from './configuration/configuration-advisor.js';
import { ConfigurationService } from './configuration/configuration.service.js';
import { RevertSettingJob } from './configuration/revert-setting.job.js';

/** The care of the database: a job for each kind of it. */
@Module({ providers: [AutovacuumService, ConfigurationService] })
export class MaintenanceModule implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    const advisor = new ConfigurationAdvisor(this.config);
    const all: readonly Job[] = [
      new ApplySettingJob(advisor),
      new RevertAutovacuumJob(),
      new RevertSettingJob(advisor),
      new TuneAutovacuumJob(),
    ];
    for (const job of all) this.jobs.register(job);
  }
}
