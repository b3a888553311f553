import { lockedRelations } from '../../../../kernel/database/locked-relations.js';
import { sql } from '../../../../kernel/database/sql.js';

export interface TableColumn {
  /** Of the values that are there; null: never analysed, or not ours to see. */
  widthBytes: number | null;
  nullShare: number | null;
  alignmentBytes: number;
}

export interface TableFactsRow {
  oid: string;
  schema: string;
  table: string;
  sizeBytes: string;
  /** With the rows that are too long for a page. */
  indexesBytes: string;
  toastBytes: string;
  /** As VACUUM or ANALYZE has counted them last; -1: never. */
  rows: number;
  fillPercent: number;
  columns: TableColumn[];
  /** Its owner's rights are ours, or that of maintenance. */
  isOurs: boolean;
}

/** Tables and materialized views from `minBytes` on, largest first; without those that are locked. */
export const listTableFacts = (p: { minBytes: number }) => sql<TableFactsRow>('maintenance.list-table-facts')`
  SELECT c.oid::text AS "oid", n.nspname AS "schema", c.relname AS "table", pg_relation_size(c.oid) AS "sizeBytes",
         pg_indexes_size(c.oid) AS "indexesBytes",
         coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0) AS "toastBytes",
         c.reltuples::float8 AS "rows",
         coalesce((SELECT split_part(o, '=', 2)::int FROM unnest(c.reloptions) o WHERE o LIKE 'fillfactor=%'), 100)
           AS "fillPercent",
         pg_has_role(c.relowner, 'USAGE')
           OR CASE WHEN current_setting('server_version_num')::int >= 170000
                   THEN has_table_privilege(c.oid, 'MAINTAIN') ELSE false END AS "isOurs",
         (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'widthBytes', s.avg_width, 'nullShare', s.null_frac,
                   -- Short values have a header of one byte, and no padding before it.
                   'alignmentBytes', CASE WHEN a.attlen = -1 THEN 1
                                          ELSE CASE a.attalign WHEN 'd' THEN 8 WHEN 'i' THEN 4 WHEN 's' THEN 2 ELSE 1 END END
                 ) ORDER BY a.attnum), '[]')
            FROM pg_attribute a
            LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname
                                AND NOT s.inherited
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS "columns"
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
     AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
   WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' 
     AND CASE WHEN c.oid IN (${lockedRelations}) THEN false ELSE pg_relation_size(c.oid) >= ${p.minBytes}::bigint END
   ORDER BY pg_relation_size(c.oid) DESC, n.nspname, c.relname`;
