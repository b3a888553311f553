import { DataSource } from 'typeorm';
import { LEDGER_SCHEMA, LEDGER_TABLE, type Query } from './kernel/migrations/ledger.js';
import * as migrator from './kernel/migrations/migrator.js';
import { printRehearsal } from './kernel/migrations/rehearsal/print-rehearsal.js';
import { rehearseMigrations as rehearse } from './kernel/migrations/rehearsal/rehearse.js';
import { migrationState as readMigrationState } from './kernel/migrations/state.js';

import type { PostgresOptions } from './kernel/migrations/session.js';
import { defaultSettings, type MigrationLog, type MigrationSettings } from './kernel/migrations/settings.js';
import { migrations } from './migrations/index.js';

/** TypeORM's options: no entities, no synchronisation, migrations one transaction each. `extra` goes to pg. */
export const dataSourceOptions = (url: string | undefined, extra: object = {}): PostgresOptions => ({
  type: 'postgres',
  schema: LEDGER_SCHEMA,
  entities: [],
  synchronize: false,
  logging: false,
  installExtensions: false,
  migrations: [...migrations],
  migrationsTableName: LEDGER_TABLE,
  migrationsTransactionMode: 'each',
  // Not as `url`: TypeORM's own parser throws on a bad one as soon as this file is imported.
  extra: { connectionString: url, ...extra },
});

export type { MigrationState } from './kernel/migrations/state.js';

/** Applies what is pending, one runner at a time; returns the names of what ran. Throws MigrationError. */
export const runMigrations = (databaseUrl: string, log?: MigrationLog, run?: migrator.RunOptions) =>
  migrator.runMigrations(dataSourceOptions(databaseUrl), log, run);

/** Returns the name of what was reverted, or null when nothing has run. Throws MigrationError. */
export const revertLastMigration = (databaseUrl: string, log?: MigrationLog, run?: migrator.RunOptions) =>
  migrator.revertLastMigration(dataSourceOptions(databaseUrl), log, run);

/** What `runMigrations` would send, as lines for a terminal. Changes nothing. Throws MigrationError. */
export const rehearseMigrations = async (databaseUrl: string, settings: Partial<MigrationSettings> = {}) =>
  printRehearsal(
    await rehearse(dataSourceOptions(databaseUrl), () => undefined, settings),
    settings.lockTimeoutMs ?? defaultSettings.lockTimeoutMs,
  );

/** What has run, what is pending, and what is under way. Writes nothing. Throws MigrationError. */
export const migrationState = (databaseUrl: string) => readMigrationState(dataSourceOptions(databaseUrl));

/** Reads only: what this version still has to apply, and what a newer one has applied. */
export const pendingMigrations = (query: Query) =>
  migrator.pendingMigrations(
    migrations.map(({ name }) => name),
    query,
  );

/** For TypeORM's command line, to look at; running and reverting is `migration:run`'s. */
export default new DataSource(dataSourceOptions(process.env.DATABASE_URL));
