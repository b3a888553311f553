import { sql } from '../../../../../kernel/database/sql.js';

export interface StatementStatisticsRow {
  /** Its settings are there only where the server has loaded it at its start. */
  isLoaded: boolean;
  isInstalled: boolean;
  isCreated: boolean;
  timesReads: boolean;
}

export const readStatementStatistics = () => sql<StatementStatisticsRow>(
  'monitoring.read-statement-statistics',
)`
  SELECT EXISTS (SELECT FROM pg_settings s WHERE s.name = 'pg_stat_statements.max') AS "isLoaded",
         EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = 'pg_stat_statements') AS "isInstalled",
         EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_stat_statements') AS "isCreated",
         current_setting('track_io_timing')::boolean AS "timesReads"`;
