import { sql } from '../../../../kernel/database/sql.js';

/** What the role that asks may see and do. */
export interface ViewerRow {
  /** The server's clock, RFC 3339 in UTC with microseconds. */
  asOf: string;
  major: number;
  /** Quoted where it has to be. */
  role: string;
  isSuperuser: boolean;
  /** Sessions of other roles too; pg_monitor brings it. */
  seesAllSessions: boolean;
  backendPid: number;
}

export const readViewer = () => sql<ViewerRow>('monitoring.read-viewer')`
  SELECT clock_timestamp() AS "asOf", current_setting('server_version_num')::int / 10000 AS "major",
         quote_ident(current_user) AS "role",
         (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user) AS "isSuperuser",
         pg_has_role('pg_read_all_stats', 'USAGE') AS "seesAllSessions", pg_backend_pid() AS "backendPid"`;
