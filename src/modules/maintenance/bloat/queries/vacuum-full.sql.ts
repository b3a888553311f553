import { sql } from '../../../../kernel/database/sql.js';
import { qualified } from '../../queries/qualified.js';

/** Holds ACCESS EXCLUSIVE from its first moment to its last. */
export const vacuumFull = (p: { schema: string; table: string }) =>
  sql<never>('maintenance.vacuum-full')`VACUUM (FULL, ANALYZE) ${qualified(p.schema, p.table)}`;
