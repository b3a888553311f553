import { sql } from '../../../../kernel/database/sql.js';

export const findRelation = (p: { schema: string; name: string }) => sql<{ kind: string }>(
  'maintenance.find-relation',
)`
  SELECT c.relkind AS "kind"
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ${p.schema} AND c.relname = ${p.name}`;
