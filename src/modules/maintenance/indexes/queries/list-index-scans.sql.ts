import { sql } from '../../../../kernel/database/sql.js';

export interface IndexScansRow {
  schema: string;
  index: string;
  scans: string;
  /** PostgreSQL 16 and later. */
  lastScanAt: string | null;
}

export const listIndexScans = () => sql<IndexScansRow>('maintenance.list-index-scans')`
  SELECT s.schemaname AS "schema", s.indexrelname AS "index", s.idx_scan AS "scans",
         -- By its name in a row: before 16 there is no such column.
         (to_jsonb(s) ->> 'last_idx_scan')::timestamptz AS "lastScanAt"
    FROM pg_stat_user_indexes s`;
