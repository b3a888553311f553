import { sql } from '../../../../kernel/database/sql.js';
import { indexColumns, indexTables, type IndexRow } from './index-facts.js';

export const findIndex = (p: { schema: string; index: string }) => sql<IndexRow>('maintenance.find-index')`
  SELECT ${indexColumns} FROM ${indexTables} WHERE n.nspname = ${p.schema} AND x.relname = ${p.index}`;
