import { sql } from '../../../../kernel/database/sql.js';

export interface ServerRow {
  major: number;
  platform: string;
  backendPid: number;
  /** null: this role may not know it. */
  dataDirectory: string | null;
  isSuperuser: boolean;
  /** Of a managed service, by the roles that it makes. */
  managed: 'rds' | 'cloud-sql' | 'azure' | null;
  /** 17 and later can refuse it. */
  allowsAlterSystem: boolean;
  /** Whether this role may read what the configuration files say, and have them read again. */
  canReadFiles: boolean;
  canReload: boolean;
  hasStatementStatistics: boolean;
  /** Sessions of other programs, now. */
  otherConnections: number;
  maxConnections: number;
}

export const readServer = () => sql<ServerRow>('maintenance.read-server')`
  SELECT current_setting('server_version_num')::int / 10000 AS "major", version() AS "platform",
         pg_backend_pid() AS "backendPid",
         (SELECT s.setting FROM pg_settings s WHERE s.name = 'data_directory') AS "dataDirectory",
         (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) AS "isSuperuser",
         (SELECT CASE r.rolname WHEN 'rds_superuser' THEN 'rds' WHEN 'cloudsqlsuperuser' THEN 'cloud-sql' ELSE 'azure' END
            FROM pg_roles r WHERE r.rolname IN ('rds_superuser', 'cloudsqlsuperuser', 'azure_pg_admin')
           ORDER BY r.rolname LIMIT 1) AS "managed",
         coalesce(current_setting('allow_alter_system', true)::boolean, true) AS "allowsAlterSystem",
         has_table_privilege('pg_file_settings', 'SELECT')
           AND has_function_privilege('pg_show_all_file_settings()', 'EXECUTE') AS "canReadFiles",
         has_function_privilege('pg_reload_conf()', 'EXECUTE') AS "canReload",
         EXISTS (SELECT FROM pg_available_extensions e WHERE e.name = 'pg_stat_statements') AS "hasStatementStatistics",
         (SELECT count(*)::int FROM pg_stat_activity a
           WHERE a.datid IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend'
             AND coalesce(a.application_name, '') NOT LIKE 'ethhook-admin%') AS "otherConnections",
         current_setting('max_connections')::int AS "maxConnections"`;
