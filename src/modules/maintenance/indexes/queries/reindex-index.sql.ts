import { sql } from '../../../../kernel/database/sql.js';
import { qualified } from '../../queries/qualified.js';

export const reindexIndex = (p: { schema: string; index: string }) =>
  sql<never>('maintenance.reindex-index')`REINDEX INDEX CONCURRENTLY ${qualified(p.schema, p.index)}`;
