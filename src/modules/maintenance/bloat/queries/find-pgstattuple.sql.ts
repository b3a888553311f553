import { sql } from '../../../../kernel/database/sql.js';

/** The schema of the extension pgstattuple, where it is installed and its functions are ours to call. */
export const findPgstattuple = () => sql<{ schema: string }>('maintenance.find-pgstattuple')`
  SELECT n.nspname AS "schema"
    FROM pg_extension e
    JOIN pg_namespace n ON n.oid = e.extnamespace
   WHERE e.extname = 'pgstattuple' AND has_schema_privilege(n.oid, 'USAGE')
     AND (SELECT bool_and(has_function_privilege(f.oid, 'EXECUTE')) FROM pg_proc f
           WHERE f.pronamespace = n.oid AND f.proname IN ('pgstatindex', 'pgstattuple_approx'))`;
