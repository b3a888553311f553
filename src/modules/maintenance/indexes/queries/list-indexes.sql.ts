import { sql } from '../../../../kernel/database/sql.js';
import { indexColumns, indexTables, type IndexRow } from './index-facts.js';

/** All indexes of the database, largest first. */
export const listIndexes = () => sql<IndexRow>('maintenance.list-indexes')`
  SELECT ${indexColumns} FROM ${indexTables}
   ORDER BY pg_relation_size(x.oid) DESC, n.nspname, x.relname`;
