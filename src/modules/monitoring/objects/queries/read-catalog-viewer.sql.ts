import { sql } from '../../../../kernel/database/sql.js';

export interface CatalogViewerRow {
  asOf: string;
  /** Quoted where it has to be. */
  role: string;
  /** Sessions of others, what they run, and where the data is. */
  isMonitor: boolean;
  /** Tables of `largeBytes` or more whose column statistics this role is not shown. */
  hiddenTables: number;
}

/** Who looks, when, and what it is not shown. */
export const readCatalogViewer = (p: { largeBytes: number }) => sql<CatalogViewerRow>(
  'monitoring.read-catalog-viewer',
)`
  SELECT now() AS "asOf", format('%I', current_user) AS "role",
         pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
           AND pg_has_role(current_user, 'pg_read_all_settings', 'USAGE') AS "isMonitor",
         (SELECT count(*)::int FROM pg_class c
           WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
             AND c.relpages * current_setting('block_size')::float8 >= ${p.largeBytes}::float8
             AND NOT has_any_column_privilege(c.oid, 'SELECT')
             AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)) AS "hiddenTables"`;
