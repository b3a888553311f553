import { sql } from '../../../../kernel/database/sql.js';

export interface TimelineFactsRow {
  /** RFC 3339, UTC, microseconds. */
  asOf: string;
  role: string;
  /** Also those that are shown to superusers only. */
  seesAllSettings: boolean;
  /** TypeORM's own command line keeps no time. */
  undatedMigrations: number;
}

export const readTimelineFacts = () => sql<TimelineFactsRow>('monitoring.read-timeline-facts')`
  SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "asOf",
         quote_ident(current_user) AS "role", pg_has_role('pg_read_all_settings', 'USAGE') AS "seesAllSettings",
         (SELECT count(*)::int FROM ethhook_admin_migrations m WHERE to_jsonb(m) ->> 'executed_at' IS NULL)
           AS "undatedMigrations"`;
