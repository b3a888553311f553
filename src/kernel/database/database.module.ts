import { Global, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '../config/config.js';
import { HealthComponents } from '../health/health-components.js';
import { Metrics } from '../telemetry/metrics.js';
import { pooledConnectionOptions } from './connection.js';
import { Database } from './database.js';
import { databaseHealth, replicasHealth } from './database-health.js';
import { DedicatedSessions } from './dedicated-session.js';
import { DatabasePools } from './pools/database-pools.js';
import { ReadsMetrics } from './replicas/reads-metrics.js';
import { CallerPlaces } from './replicas/caller-places.js';
import { Reads } from './replicas/reads.js';
import { Replicas } from './replicas/replicas.js';
import { replicasOf } from './replicas/replicas-of.js';
import { StatementErrors } from './statement-errors.js';
import { poolsOf, typeOrmOptions } from './type-orm-pools.js';
import { DatabaseWatchdog } from './watchdog.js';
import { Wire } from './wire.js';

/** TypeORM owns the pools; statements go through Database and Reads, which add names, time-outs and error mapping. */
@Global()
@Module({
  imports: [TypeOrmModule.forRootAsync({ inject: [APP_CONFIG], useFactory: typeOrmOptions })],
  providers: [
    StatementErrors,
    {
      provide: DatabaseWatchdog,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) =>
        new DatabaseWatchdog(pooledConnectionOptions(config, 'ethhook-admin watchdog')),
    },
    {
      provide: Wire,
      inject: [APP_CONFIG, StatementErrors],
      useFactory: ({ database }: AppConfig, errors: StatementErrors) =>
        new Wire(database.statementTimeoutMs, database.pooler, errors),
    },
    {
      provide: DatabasePools,
      inject: [getDataSourceToken(), APP_CONFIG, Metrics],
      useFactory: (dataSource: DataSource, config: AppConfig, metrics: Metrics) =>
        new DatabasePools(poolsOf(dataSource), config.database, metrics),
    },
    {
      provide: Database,
      inject: [DatabasePools, Wire, DatabaseWatchdog],
      useFactory: (pools: DatabasePools, wire: Wire, watchdog: DatabaseWatchdog) =>
        new Database(pools, wire, watchdog),
    },
    { provide: Replicas, inject: [APP_CONFIG, DatabasePools, Wire, Database], useFactory: replicasOf },
    CallerPlaces,
    ReadsMetrics,
    {
      provide: Reads,
      inject: [Database, Replicas, CallerPlaces, ReadsMetrics],
      useFactory: (database: Database, replicas: Replicas, places: CallerPlaces, metrics: ReadsMetrics) =>
        new Reads(database, replicas, places, metrics),
    },
    {
      provide: DedicatedSessions,
      inject: [APP_CONFIG, DatabaseWatchdog, StatementErrors],
      useFactory: (config: AppConfig, watchdog: DatabaseWatchdog, errors: StatementErrors) =>
        new DedicatedSessions(config, watchdog, errors),
    },
  ],
  exports: [Database, DatabasePools, Reads, CallerPlaces, DedicatedSessions, StatementErrors],
})
export class DatabaseModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly pools: DatabasePools,
    private readonly watchdog: DatabaseWatchdog,
    private readonly replicas: Replicas,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly health: HealthComponents,
    private readonly metrics: Metrics,
  ) {}

  async onModuleInit(): Promise<void> {
    this.health.register(databaseHealth(this.watchdog));
    if (this.replicas.all.length > 0) this.health.register(replicasHealth(this.replicas));
    this.metrics.observedGauge(
      { name: 'ethhook_database_up', help: '1 while the primary answers this process, else 0.' },
      () => [{ labels: {}, value: Number(this.watchdog.state.up) }],
    );
    this.watchdog.start();
    const { poolMin, writePoolMin } = this.config.database;
    await Promise.all([
      this.pools.read.warm(poolMin),
      this.pools.write.warm(writePoolMin),
      this.replicas.start(),
      ...this.pools.replicas.map((replica) => replica.warm(poolMin)),
    ]);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.watchdog.stop(), this.replicas.stop()]);
  }
}
