import { sql } from '../../../../kernel/database/sql.js';

/** The server's, to the microsecond. */
export const readClock = () => sql<{ now: string }>('monitoring.read-clock')`
  SELECT clock_timestamp() AS "now"`;
