import pg from 'pg';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import { connectionOptions, poolOptions } from '../../src/kernel/database/connection.js';
import { Database } from '../../src/kernel/database/database.js';
import { DedicatedSessions } from '../../src/kernel/database/dedicated-session.js';
import { DatabasePools } from '../../src/kernel/database/pools/database-pools.js';
import { DatabaseWatchdog } from '../../src/kernel/database/watchdog.js';
import { Wire } from '../../src/kernel/database/wire.js';
import { Metrics } from '../../src/kernel/telemetry/metrics.js';

export interface OwnDatabase {
  database: Database;
  sessions: DedicatedSessions;
  config: AppConfig;
  close(): Promise<void>;
}

/** The pool and the sessions that the server's services are given, without the server. */
export function openDatabase(databaseUrl: string, environment: NodeJS.ProcessEnv = {}): OwnDatabase {
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    JWT_SECRET: 'x'.repeat(32),
    DATABASE_POOL_MAX: '2',
    DATABASE_POOL_MIN: '0',
    ...environment,
  }) as AppConfig;
  const pool = new pg.Pool({ ...connectionOptions(config, 'test'), ...poolOptions(config) });
  pool.on('error', () => undefined);
  const watchdog = new DatabaseWatchdog(connectionOptions(config, 'test watchdog'));
  return {
    database: databaseOver(pool, config, watchdog),
    sessions: new DedicatedSessions(config, watchdog),
    config,
    close: () => pool.end(),
  };
}

/** The kernel's Database over one pool of the test's own. */
export function databaseOver(pool: pg.Pool, { database }: AppConfig, watchdog: DatabaseWatchdog) {
  const pools = new DatabasePools({ read: pool, write: pool, replicas: [] }, database, new Metrics());
  return new Database(pools, new Wire(database.statementTimeoutMs, database.pooler), watchdog);
}
