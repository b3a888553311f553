export interface TableSizes {
  name: string;
  heapBytes: number;
  indexBytes: number;
  totalBytes: number;
  vacuums: number;
  autovacuums: number;
}

/** The two big tables, and what else has grown to a megabyte. */
export const selectTableSizes = `
  SELECT c.relname AS "name", pg_relation_size(c.oid, 'main')::float8 AS "heapBytes",
         pg_indexes_size(c.oid)::float8 AS "indexBytes", pg_total_relation_size(c.oid)::float8 AS "totalBytes",
         coalesce(s.vacuum_count, 0)::int AS "vacuums", coalesce(s.autovacuum_count, 0)::int AS "autovacuums"
    FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'm')
     AND (c.relname IN ('events', 'delivery_attempts') OR pg_total_relation_size(c.oid) >= 1048576)
   ORDER BY c.relname`;

export interface IndexSize {
  table: string;
  name: string;
  bytes: number;
  isValid: boolean;
}

export const selectIndexSizes = `
  SELECT t.relname AS "table", c.relname AS "name", pg_relation_size(c.oid)::float8 AS "bytes",
         i.indisvalid AS "isValid"
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
   WHERE t.relnamespace = 'public'::regnamespace AND t.relname IN ('events', 'delivery_attempts')
   ORDER BY t.relname, c.relname`;

export const selectDatabaseSize = 'SELECT pg_database_size(current_database())::float8 AS "bytes"';

/**
 * Of the rows written before $1, in the columns that EthHook knows. The addition keeps the planner from looking up the
 * newest time in an index, which would count as a scan of it.
 */
export const selectChecksums = `
  SELECT 'events' AS "table", count(*)::float8 AS "rows",
         coalesce(sum(hashtextextended(ROW(e.id, e.block_number, e.block_hash, e.transaction_hash, e.log_index,
           e.contract_address, e.topics, e.data, e.ingested_at, e.processed_at)::text, 0)::numeric), 0)::text AS "sum"
    FROM events e WHERE e.ingested_at + interval '0' < $1
  UNION ALL
  SELECT 'delivery_attempts', count(*)::float8,
         coalesce(sum(hashtextextended(ROW(a.id, a.event_id, a.endpoint_id, a.attempt_number, a.http_status_code,
           a.response_body, a.error_message, a.attempted_at, a.completed_at, a.duration_ms, a.success, a.should_retry,
           a.next_retry_at)::text, 0)::numeric), 0)::text
    FROM delivery_attempts a WHERE a.attempted_at + interval '0' < $1`;

export interface Checksum {
  table: string;
  rows: number;
  sum: string;
}

export interface BackfillProgress {
  name: string;
  rowsVisited: number;
  rowsWritten: number;
  batches: number;
  vacuums: number;
  seconds: number;
}

export const hasBackfills = `SELECT to_regclass('public.ethhook_admin_backfills') IS NOT NULL AS "yes"`;

export const selectBackfills = `
  SELECT b.name, b.rows_visited::float8 AS "rowsVisited", b.rows_written::float8 AS "rowsWritten",
         b.batches::float8 AS "batches", b.vacuums, extract(epoch FROM b.updated_at - b.started_at)::float8 AS "seconds"
    FROM public.ethhook_admin_backfills b ORDER BY b.started_at, b.name`;

export interface Setting {
  name: string;
  value: string;
}

/** What decides about write latency; the rest is PostgreSQL's default. */
export const selectSettings = `
  SELECT s.name, current_setting(s.name) AS "value" FROM pg_settings s
   WHERE s.name IN ('shared_buffers', 'maintenance_work_mem', 'work_mem', 'max_wal_size', 'checkpoint_timeout', 'fsync',
     'synchronous_commit', 'full_page_writes', 'wal_level', 'max_parallel_maintenance_workers',
     'shared_preload_libraries')
   ORDER BY s.name`;
