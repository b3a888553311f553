import { sql } from '../../../../../kernel/database/sql.js';

/** The schema of pg_stat_statements, where it is there and loaded. */
export const findStatementSchema = () => sql<{ schema: string }>('monitoring.find-statement-schema')`
  SELECT n.nspname AS "schema"
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
   WHERE e.extname = 'pg_stat_statements' AND EXISTS (SELECT FROM pg_settings s WHERE s.name = 'pg_stat_statements.max')`;
