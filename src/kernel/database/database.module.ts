import { Global, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { connectionOptions, poolOptions } from './connection.js';
import { Database } from './database.js';
import { DedicatedSessions } from './dedicated-session.js';
import { DatabaseWatchdog } from './watchdog.js';

/** TypeORM owns the pool; statements go through Database, which adds names, time-outs and error mapping. */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) => ({
        type: 'postgres' as const,
        entities: [],
        logging: false,
        installExtensions: false,
        // main.ts has waited for the database before; from here on a failure is one.
        retryAttempts: 0,
        extra: { ...connectionOptions(config, 'ethhook-admin'), ...poolOptions(config) },
      }),
    }),
  ],
  providers: [
    {
      provide: DatabaseWatchdog,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) =>
        new DatabaseWatchdog(connectionOptions(config, 'ethhook-admin watchdog')),
    },
    {
      provide: Database,
      inject: [getDataSourceToken(), DatabaseWatchdog, APP_CONFIG],
      useFactory: (dataSource: DataSource, watchdog: DatabaseWatchdog, config: AppConfig) =>
        new Database(poolOf(dataSource), watchdog, config.database.statementTimeoutMs),
    },
    {
      provide: DedicatedSessions,
      inject: [APP_CONFIG, DatabaseWatchdog],
      useFactory: (config: AppConfig, watchdog: DatabaseWatchdog) => new DedicatedSessions(config, watchdog),
    },
  ],
  exports: [Database, DedicatedSessions],
})
export class DatabaseModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly watchdog: DatabaseWatchdog,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  async onModuleInit(): Promise<void> {
    this.watchdog.start();
    await this.database.warm(this.config.database.poolMin);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.watchdog.stop();
  }
}

const poolOf = (dataSource: DataSource) => (dataSource.driver as unknown as { master: pg.Pool }).master;
