import { sql } from '../../../../../kernel/database/sql.js';

export interface DeadTuplesRow {
  schema: string;
  table: string;
  liveTuples: number;
  deadTuples: number;
  lastVacuum: string | null;
  lastAutovacuum: string | null;
}

/** Most first. */
export const listDeadTuples = (p: { limit: number }) => sql<DeadTuplesRow>('monitoring.list-dead-tuples')`
  SELECT t.schemaname AS "schema", t.relname AS "table", t.n_live_tup::float8 AS "liveTuples",
         t.n_dead_tup::float8 AS "deadTuples", t.last_vacuum AS "lastVacuum", t.last_autovacuum AS "lastAutovacuum"
    FROM pg_stat_user_tables t
   WHERE t.n_dead_tup > 0
   ORDER BY t.n_dead_tup DESC, t.relid
   LIMIT ${p.limit}`;
