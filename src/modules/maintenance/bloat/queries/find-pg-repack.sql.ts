import { sql } from '../../../../kernel/database/sql.js';

export const findPgRepack = () => sql<{ version: string }>('maintenance.find-pg-repack')`
  SELECT e.extversion AS "version" FROM pg_extension e WHERE e.extname = 'pg_repack'`;
