import { DataSource } from 'typeorm';
import { LEDGER_SCHEMA, LEDGER_TABLE, type Query } from './kernel/database/migration-ledger.js';
import type { MigrationLog, PostgresOptions } from './kernel/database/migration-session.js';
import * as migrator from './kernel/database/migrator.js';
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

/** Applies what is pending, one runner at a time; returns the names of what ran. Throws MigrationError. */
export const runMigrations = (databaseUrl: string, log?: MigrationLog) =>
  migrator.runMigrations(dataSourceOptions(databaseUrl), log);

/** Returns the name of what was reverted, or null when nothing has run. Throws MigrationError. */
export const revertLastMigration = (databaseUrl: string, log?: MigrationLog) =>
  migrator.revertLastMigration(dataSourceOptions(databaseUrl), log);

export const listMigrations = (databaseUrl: string) =>
  migrator.listMigrations(dataSourceOptions(databaseUrl));

/** Reads only: what this version still has to apply, and what a newer one has applied. */
export const pendingMigrations = (query: Query) =>
  migrator.pendingMigrations(
    migrations.map(({ name }) => name),
    query,
  );

/** For TypeORM's command line. */
export default new DataSource(dataSourceOptions(process.env.DATABASE_URL));
