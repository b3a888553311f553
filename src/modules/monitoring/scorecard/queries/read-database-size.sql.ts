import { sql } from '../../../../kernel/database/sql.js';

export const readDatabaseSize = () => sql<{ sizeBytes: number }>('monitoring.read-database-size')`
  SELECT pg_database_size(current_database())::float8 AS "sizeBytes"`;
