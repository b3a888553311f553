import { sql } from '../../../../kernel/database/sql.js';

export interface DatabaseFiguresRow {
  /** Of the whole database. */
  sizeBytes: number;
  /** Ids that were given since the server was made. */
  transactions: number;
  multixacts: number;
  /** The last reset of the counters; null: never, or a crash. A restart is none. */
  countedSince: string | null;
}

/** A multixact id is of 32 bits, and the age says how far the next one is from the oldest. */
export const readDatabaseFigures = () => sql<DatabaseFiguresRow>('monitoring.read-database-figures')`
  SELECT pg_database_size(d.oid)::float8 AS "sizeBytes",
         pg_snapshot_xmax(pg_current_snapshot())::text::float8 AS "transactions",
         (d.datminmxid::text::int8 + mxid_age(d.datminmxid))::float8 AS "multixacts",
         s.stats_reset AS "countedSince"
    FROM pg_database d
    JOIN pg_stat_database s ON s.datid = d.oid
   WHERE d.datname = current_database()`;
