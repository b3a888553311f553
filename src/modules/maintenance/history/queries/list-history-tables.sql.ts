import { sql } from '../../../../kernel/database/sql.js';

export interface HistoryTableRow {
  table: string;
  mayPrune: boolean;
}

/** Those of these names that are there. */
export const listHistoryTables = (p: { tables: readonly string[] }) => sql<HistoryTableRow>(
  'maintenance.list-history-tables',
)`
  SELECT c.relname AS "table",
         has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'DELETE') AND has_table_privilege(c.oid, 'UPDATE')
           AS "mayPrune"
    FROM pg_class c
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname = ANY (${[...p.tables]}::text[])
   ORDER BY c.relname`;
