import { sql } from '../../../kernel/database/sql.js';

/** The server's, RFC 3339 with microseconds. */
export const readClock = () => sql<{ now: string }>('monitoring.read-clock')`
  SELECT clock_timestamp() AS "now"`;
