import { Module, type DynamicModule } from '@nestjs/common';
import { pendingMigrations } from './data-source.js';
import { AuthModule } from './kernel/auth/auth.module.js';
import { CachingModule } from './kernel/cache/cache.module.js';
import type { AppConfig } from './kernel/config/config.js';
import { ConfigModule } from './kernel/config/config.module.js';
import { DatabaseModule } from './kernel/database/database.module.js';
import { HealthModule } from './kernel/health/health.module.js';
import { LiveModule } from './kernel/live/live.module.js';
import { AddressLimitModule, TenantLimitModule } from './kernel/protection/rate-limit.module.js';
import { ShadowModule } from './kernel/shadow/shadow.module.js';
import { TasksModule } from './kernel/tasks/tasks.module.js';
import { TelemetryModule } from './kernel/telemetry/telemetry.module.js';
import { AccountsModule } from './modules/accounts/index.js';
import { EventsModule } from './modules/events/index.js';
import { MaintenanceRoutesModule } from './modules/maintenance/index.js';
import { MonitoringRoutesModule } from './modules/monitoring/index.js';
import { StatisticsModule } from './modules/statistics/index.js';

@Module({})
export class AppModule {
  static with(config: AppConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        TelemetryModule,
        HealthModule.with(pendingMigrations),
        DatabaseModule,
        TasksModule,
        ShadowModule,
        AddressLimitModule,
        AuthModule,
        CachingModule,
        TenantLimitModule,
        LiveModule,
        AccountsModule,
        EventsModule,
        StatisticsModule,
        MaintenanceRoutesModule,
        MonitoringRoutesModule,
      ],
    };
  }
}
