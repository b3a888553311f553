import { sql } from '../../../../kernel/database/sql.js';
import { isClient } from './session-facts.js';

export interface ConnectionLimitsRow {
  maxConnections: number;
  superuserReserved: number;
  /** For members of pg_use_reserved_connections, from 16 on; 0 before. */
  reserved: number;
  used: number;
  idle: number;
  /** In how many of them nothing has run for longer than `idleSeconds`, by the group of most: its user and application. */
  idleLong: number;
  idleLongUser: string | null;
  idleLongApplication: string | null;
  oursUsed: number;
}

export const readConnectionLimits = (p: { idleSeconds: number }) =>
  sql<ConnectionLimitsRow>('monitoring.read-connection-limits')`
  WITH clients AS MATERIALIZED (
    SELECT a.usename::text AS usename, a.application_name, a.state, clock_timestamp() - a.state_change AS since
      FROM pg_stat_activity a WHERE ${isClient}
  ),
  idle_long AS (
    SELECT c.usename, c.application_name, count(*)::int AS n
      FROM clients c WHERE c.state = 'idle' AND c.since > make_interval(secs => ${p.idleSeconds}::float8)
     GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 1
  )
  SELECT current_setting('max_connections')::int AS "maxConnections",
         current_setting('superuser_reserved_connections')::int AS "superuserReserved",
         coalesce(current_setting('reserved_connections', true)::int, 0) AS "reserved",
         count(*)::int AS "used", count(*) FILTER (WHERE c.state = 'idle')::int AS "idle",
         coalesce((SELECT i.n FROM idle_long i), 0) AS "idleLong",
         (SELECT i.usename FROM idle_long i) AS "idleLongUser",
         (SELECT i.application_name FROM idle_long i) AS "idleLongApplication",
         count(*) FILTER (WHERE c.application_name LIKE 'ethhook-admin%')::int AS "oursUsed"
    FROM clients c`;
