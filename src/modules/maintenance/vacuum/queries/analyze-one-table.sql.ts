import { nothing, fragment, sql } from '../../../../kernel/database/sql.js';
import { qualified } from '../../queries/qualified.js';

/** `isOnly`: the parent, without each of its partitions; PostgreSQL 18 and later. */
export const analyzeOneTable = (p: { schema: string; name: string; isOnly: boolean }) => sql<never>(
  'maintenance.analyze-one-table',
)`
  ANALYZE ${p.isOnly ? fragment`ONLY ` : nothing}${qualified(p.schema, p.name)}`;
