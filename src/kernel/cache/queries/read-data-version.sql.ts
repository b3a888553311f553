import { sql } from '../../database/sql.js';

export interface DataVersionRow {
  /** Of the cluster; a copy of its files has the same. */
  system: string;
  database: string;
  /** The latest that has run; null without any. */
  migration: string | null;
}

export const readDataVersion = () => sql<DataVersionRow>('cache.read-data-version')`
  SELECT (SELECT c.system_identifier::text FROM pg_control_system() c) AS "system",
         current_database()::text AS "database",
         (SELECT m.name FROM public.ethhook_admin_migrations m ORDER BY m.id DESC LIMIT 1) AS "migration"`;
