import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import type { PendingCheck } from '../database/start-gate.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';
import { PENDING_MIGRATIONS, SchemaHealth } from './schema-health.js';

/** Whether this process lives, and whether it can answer. */
@Module({
  // What it would log of each probe that fails is told to who asks.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [Readiness, SchemaHealth],
})
export class HealthModule {
  static with(pendingMigrations: PendingCheck): DynamicModule {
    return {
      module: HealthModule,
      providers: [{ provide: PENDING_MIGRATIONS, useValue: pendingMigrations }],
    };
  }
}
