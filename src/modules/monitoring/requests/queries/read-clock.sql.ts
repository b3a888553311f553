import { sql } from '../../../../kernel/database/sql.js';

/** The server's, RFC 3339 with microseconds. */
export const readClock = () => sql<{ now: string }>('monitoring.read-clock')`
  SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "now"`;
