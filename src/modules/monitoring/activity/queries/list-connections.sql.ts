import { sql } from '../../../../kernel/database/sql.js';
import { isClient } from './session-facts.js';

export interface ConnectionsRow {
  /** null: not ours to see. */
  state: string | null;
  user: string | null;
  database: string | null;
  application: string | null;
  count: number;
  /** In that state. */
  longestSeconds: number | null;
}

/** Clients' connections of the whole server, the largest group first. */
export const listConnections = (p: { limit: number }) => sql<ConnectionsRow>('monitoring.list-connections')`
  SELECT a.state AS "state", a.usename::text AS "user", a.datname::text AS "database",
         nullif(a.application_name, '') AS "application", count(*)::int AS "count",
         extract(epoch FROM max(clock_timestamp() - a.state_change))::float8 AS "longestSeconds"
    FROM pg_stat_activity a
   WHERE ${isClient}
   GROUP BY 1, 2, 3, 4
   ORDER BY 5 DESC, 1, 2, 3, 4
   LIMIT ${p.limit}`;
