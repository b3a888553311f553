import { sql } from '../../../../kernel/database/sql.js';

/** Of this database, counted since `since`. */
export interface DatabaseCountersRow {
  /** Seconds since 1970, by the server's clock. */
  at: number;
  /** Of the session that asks. */
  user: string;
  database: string;
  since: string | null;
  hits: number;
  reads: number;
  commits: number;
  rollbacks: number;
  tempBytes: number;
  deadlocks: number;
  returned: number;
  fetched: number;
  inserted: number;
  updated: number;
  deleted: number;
}

export const readDatabaseCounters = () => sql<DatabaseCountersRow>('monitoring.read-database-counters')`
  SELECT extract(epoch FROM clock_timestamp())::float8 AS "at", current_user::text AS "user",
         d.datname::text AS "database", d.stats_reset AS "since",
         d.blks_hit::float8 AS "hits", d.blks_read::float8 AS "reads",
         d.xact_commit::float8 AS "commits", d.xact_rollback::float8 AS "rollbacks",
         d.temp_bytes::float8 AS "tempBytes", d.deadlocks::float8 AS "deadlocks",
         d.tup_returned::float8 AS "returned", d.tup_fetched::float8 AS "fetched",
         d.tup_inserted::float8 AS "inserted", d.tup_updated::float8 AS "updated", d.tup_deleted::float8 AS "deleted"
    FROM pg_stat_database d WHERE d.datname = current_database()`;
