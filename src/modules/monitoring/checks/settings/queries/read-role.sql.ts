import { sql } from '../../../../../kernel/database/sql.js';

export interface RoleRow {
  /** Quoted where it has to be. */
  role: string;
  seesAllSettings: boolean;
  seesAllStatistics: boolean;
}

export const readRole = () => sql<RoleRow>('monitoring.read-role')`
  SELECT quote_ident(current_user) AS "role",
         pg_has_role(current_user, 'pg_read_all_settings', 'USAGE') AS "seesAllSettings",
         pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS "seesAllStatistics"`;
