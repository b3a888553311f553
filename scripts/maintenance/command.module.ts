import { Module, type DynamicModule } from '@nestjs/common';
import type { AppConfig } from '../../src/kernel/config/config.js';
import { ConfigModule } from '../../src/kernel/config/config.module.js';
import { DatabaseModule } from '../../src/kernel/database/database.module.js';
import { RUNS_ONLY_ITS_OWN } from '../../src/kernel/tasks/job-runner.js';
import { TasksModule } from '../../src/kernel/tasks/tasks.module.js';
import { TelemetryModule } from '../../src/kernel/telemetry/telemetry.module.js';
import { MaintenanceModule } from '../../src/modules/maintenance/index.js';

/** Maintenance without HTTP, and without the other modules. */
@Module({})
export class CommandModule {
  static with(config: AppConfig): DynamicModule {
    return {
      module: CommandModule,
      global: true,
      imports: [ConfigModule.with(config), TelemetryModule, DatabaseModule, TasksModule, MaintenanceModule],
      providers: [{ provide: RUNS_ONLY_ITS_OWN, useValue: true }],
      exports: [RUNS_ONLY_ITS_OWN],
    };
  }
}
