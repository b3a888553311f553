import { fragment, sql } from '../../../../kernel/database/sql.js';
import type { IndexOrder } from '../dto/index-orders.js';
import { knownBytes, ofUsers } from './relations.js';

export interface IndexUsageRow {
  /** `schema.index` and `schema.table`, quoted where it has to be. */
  index: string;
  table: string;
  method: string;
  sizeBytes: number;
  isValid: boolean;
  isUnique: boolean;
  isPrimaryKey: boolean;
  scans: number;
  rowsRead: number;
  rowsFetched: number;
  /** PostgreSQL 16 and later. */
  lastScanAt: string | null;
  total: number;
}

const orders: Record<IndexOrder, ReturnType<typeof fragment>> = {
  size: fragment`c.relpages DESC`,
  scans: fragment`s.idx_scan`,
  name: fragment`n.nspname, c.relname`,
};

/** By size: the largest first; by scans: the least scanned first. */
export const listIndexUsage = (p: { order: IndexOrder; limit: number; offset: number }) => sql<IndexUsageRow>(
  'monitoring.list-index-usage',
)`
  SELECT format('%I.%I', n.nspname, c.relname) AS "index", format('%I.%I', s.schemaname, s.relname) AS "table",
         m.amname AS "method", ${knownBytes('c')} AS "sizeBytes",
         i.indisvalid AND i.indisready AND i.indislive AS "isValid", i.indisunique AS "isUnique",
         i.indisprimary AS "isPrimaryKey", s.idx_scan::float8 AS "scans", s.idx_tup_read::float8 AS "rowsRead",
         s.idx_tup_fetch::float8 AS "rowsFetched",
         -- By its name in a row: before 16 there is no such column.
         (to_jsonb(s) ->> 'last_idx_scan')::timestamptz AS "lastScanAt", count(*) OVER ()::int AS "total"
    FROM pg_stat_user_indexes s
    JOIN pg_index i ON i.indexrelid = s.indexrelid
    JOIN pg_class c ON c.oid = s.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_am m ON m.oid = c.relam
   WHERE ${ofUsers}
   ORDER BY ${orders[p.order]}, c.oid
   LIMIT ${p.limit} OFFSET ${p.offset}`;
