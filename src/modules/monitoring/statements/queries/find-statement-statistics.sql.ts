import { sql } from '../../../../kernel/database/sql.js';

/** What the server offers of pg_stat_statements, and what this role may see of it. */
export interface StatementStatisticsRow {
  role: string;
  /** Of the extension; null: it is not installed in this database. */
  schema: string | null;
  version: string | null;
  /** Of its function; they differ from version to version of the extension, whatever the server's is. */
  columns: string[];
  mayCall: boolean;
  isLoaded: boolean;
  seesAll: boolean;
  /** Most entries that it keeps; null where it is not loaded. */
  maxEntries: number | null;
  track: string | null;
  timesIo: boolean;
  computesIds: boolean;
}

export const findStatementStatistics = () =>
  sql<StatementStatisticsRow>('monitoring.find-statement-statistics')`
  SELECT current_user AS "role", n.nspname AS "schema", e.extversion AS "version",
         coalesce(f.proargnames, '{}')::text[] AS "columns",
         coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(f.oid, 'EXECUTE'), false) AS "mayCall",
         -- The setting is there once the library has been loaded with the server; who may see
         -- shared_preload_libraries itself is another matter.
         current_setting('pg_stat_statements.max', true) IS NOT NULL AS "isLoaded",
         pg_has_role('pg_read_all_stats', 'USAGE') AS "seesAll",
         current_setting('pg_stat_statements.max', true)::int AS "maxEntries",
         current_setting('pg_stat_statements.track', true) AS "track",
         current_setting('track_io_timing')::bool AS "timesIo",
         current_setting('compute_query_id') <> 'off' AS "computesIds"
    FROM (SELECT) one
    LEFT JOIN pg_extension e ON e.extname = 'pg_stat_statements'
    LEFT JOIN pg_namespace n ON n.oid = e.extnamespace
    LEFT JOIN pg_proc f ON f.pronamespace = n.oid AND f.proname = 'pg_stat_statements'`;
