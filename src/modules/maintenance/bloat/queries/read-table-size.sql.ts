import { sql } from '../../../../kernel/database/sql.js';

export interface TableSizeRow {
  /** With its indexes, and what is stored out of line. */
  totalBytes: string;
  tableBytes: string;
  /** Another one after each rewrite. */
  file: string;
}

export const readTableSize = (p: { oid: string }) => sql<TableSizeRow>('maintenance.read-table-size')`
  SELECT pg_total_relation_size(c.oid) AS "totalBytes", pg_relation_size(c.oid) AS "tableBytes",
         pg_relation_filenode(c.oid)::text AS "file"
    FROM pg_class c WHERE c.oid = ${p.oid}::oid`;
