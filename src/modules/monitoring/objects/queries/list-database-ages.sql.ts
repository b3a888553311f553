import { sql } from '../../../../kernel/database/sql.js';

export interface DatabaseAgeRow {
  database: string;
  isOurs: boolean;
  /** Transactions since the oldest that is not frozen; the same for multixacts. */
  age: number;
  multixactAge: number;
  /** At which autovacuum comes, whatever else. */
  freezeMaxAge: number;
  multixactFreezeMaxAge: number;
  /** At which VACUUM leaves out all but freezing. */
  failsafeAge: number;
  multixactFailsafeAge: number;
}

/** Of the whole server, the oldest first: one of them is enough to stop all. */
export const listDatabaseAges = () => sql<DatabaseAgeRow>('monitoring.list-database-ages')`
  SELECT d.datname AS "database", d.datname = current_database() AS "isOurs",
         age(d.datfrozenxid) AS "age", mxid_age(d.datminmxid) AS "multixactAge",
         current_setting('autovacuum_freeze_max_age')::int AS "freezeMaxAge",
         current_setting('autovacuum_multixact_freeze_max_age')::int AS "multixactFreezeMaxAge",
         current_setting('vacuum_failsafe_age')::int AS "failsafeAge",
         current_setting('vacuum_multixact_failsafe_age')::int AS "multixactFailsafeAge"
    FROM pg_database d
   ORDER BY greatest(age(d.datfrozenxid), mxid_age(d.datminmxid)) DESC, d.datname`;
