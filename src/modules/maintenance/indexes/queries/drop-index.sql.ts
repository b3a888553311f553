import { sql } from '../../../../kernel/database/sql.js';
import { qualified } from '../../queries/qualified.js';

export const dropIndex = (p: { schema: string; index: string }) =>
  sql<never>('maintenance.drop-index')`DROP INDEX CONCURRENTLY ${qualified(p.schema, p.index)}`;
