import { sql } from '../../../../../kernel/database/sql.js';

export type DatabaseFigures = Record<string, number | string | boolean | null>;

/** pg_stat_database's row of this database with all that this version has, and its size. */
export const readDatabaseRow = () => sql<{ figures: DatabaseFigures }>('monitoring.read-database-row')`
  SELECT to_jsonb(d) - 'datid' || jsonb_build_object('size_bytes', pg_database_size(d.datname)) AS "figures"
    FROM pg_stat_database d
   WHERE d.datname = current_database()`;
