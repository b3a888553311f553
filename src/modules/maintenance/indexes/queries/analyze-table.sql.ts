import { sql } from '../../../../kernel/database/sql.js';
import { qualified } from '../../queries/qualified.js';

export const analyzeTable = (p: { schema: string; table: string }) =>
  sql<never>('maintenance.analyze-table')`ANALYZE ${qualified(p.schema, p.table)}`;
