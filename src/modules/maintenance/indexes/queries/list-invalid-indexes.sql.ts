import { sql } from '../../../../kernel/database/sql.js';
import { indexColumns, indexTables, type IndexRow } from './index-facts.js';

/** What a build or a drop that did not come to its end has left, or what one under way has not finished. */
export const listInvalidIndexes = () => sql<IndexRow>('maintenance.list-invalid-indexes')`
  SELECT ${indexColumns} FROM ${indexTables}
   WHERE x.relkind = 'i' AND NOT (i.indisvalid AND i.indisready AND i.indislive)
   ORDER BY n.nspname, x.relname`;
