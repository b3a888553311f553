import type pg from 'pg';
import type { AppConfig } from '../../src/kernel/config/config.js';
import { Database } from '../../src/kernel/database/database.js';
import { DatabasePools } from '../../src/kernel/database/pools/database-pools.js';
import type { DatabaseWatchdog } from '../../src/kernel/database/watchdog.js';
import { Wire } from '../../src/kernel/database/wire.js';
import { Metrics } from '../../src/kernel/telemetry/metrics.js';

/** The kernel's Database over one pool of the test's own. */
export function databaseOver(pool: pg.Pool, { database }: AppConfig, watchdog: DatabaseWatchdog) {
  const pools = new DatabasePools({ read: pool, write: pool, replicas: [] }, database, new Metrics());
  return new Database(pools, new Wire(database.statementTimeoutMs, database.pooler), watchdog);
}
