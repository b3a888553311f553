import { sql } from '../../../../kernel/database/sql.js';

/** The schema of the extension hypopg, where it is installed and ours to use. */
export const findHypopg = () => sql<{ schema: string }>('monitoring.find-hypopg')`
  SELECT n.nspname AS "schema"
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
   WHERE e.extname = 'hypopg' AND has_schema_privilege(n.oid, 'USAGE')`;
