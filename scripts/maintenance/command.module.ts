import { Module, type DynamicModule } from '@nestjs/common';
import type { AppConfig } from '../../src/kernel/config/config.js';
import { ConfigModule } from '../../src/kernel/config/config.module.js';
import { DatabaseModule } from '../../src/kernel/database/database.module.js';
import { TasksModule } from '../../src/kernel/tasks/tasks.module.js';
import { TelemetryModule } from '../../src/kernel/telemetry/telemetry.module.js';
import { MaintenanceModule } from '../../src/modules/maintenance/index.js';

/** Maintenance without HTTP, and without the other modules. */
@Module({})
export class CommandModule {
  static with(config: AppConfig): DynamicModule {
    return {
      module: CommandModule,
      imports: [ConfigModule.with(config), TelemetryModule, DatabaseModule, TasksModule, MaintenanceModule],
    };
  }
}
