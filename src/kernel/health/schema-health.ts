import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../database/database.js';
import { constant, sql, unnamed } from '../database/sql.js';
import type { PendingCheck } from '../database/start-gate.js';
import { HealthComponents, type ComponentHealth } from './health-components.js';

export const PENDING_MIGRATIONS = Symbol('PENDING_MIGRATIONS');
const FRESH_MS = 2000;

/** Whether the schema is what this version was written for; it was at the start, and may have been reverted since. */
@Injectable()
export class SchemaHealth implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly components: HealthComponents,
    @Inject(PENDING_MIGRATIONS) private readonly pendingMigrations: PendingCheck,
  ) {}

  onModuleInit(): void {
    this.components.register({
      name: 'schema',
      // A pool that is busy says nothing of the schema.
      whenSilent: { status: 'degraded', details: { message: 'not known now' } },
      freshMs: FRESH_MS,
      look: () => this.look(),
    });
  }

  private async look(): Promise<ComponentHealth> {
    const { pending, unknown } = await this.pendingMigrations((text) => this.run(text));
    const details = { pending_migrations: pending.length, newer_migrations: unknown.length };
    if (pending.length > 0)
      return {
        status: 'down',
        details: { ...details, message: `${pending.length} migration(s) are pending` },
      };
    if (unknown.length === 0) return { status: 'up', details };
    return { status: 'up', details: { ...details, message: 'newer than this version, which is fine' } };
  }

  private run(text: string) {
    const statement = sql<Record<string, unknown>>('health.read-migrations')`${constant(text)}`;
    return this.database.background.query(unnamed(statement));
  }
}
