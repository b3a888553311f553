import { lockedRelations } from '../../../../kernel/database/locked-relations.js';
import { sql } from '../../../../kernel/database/sql.js';

export interface IndexColumnFacts {
  type: string;
  widthBytes: number | null;
  nullShare: number | null;
  /** As pg_stats has it: negative is a share of the rows. */
  distinct: number | null;
  isKey: boolean;
}

export interface IndexSizeRow {
  oid: string;
  schema: string;
  table: string;
  index: string;
  sizeBytes: string;
  /** -1: never counted. */
  rows: number;
  fillPercent: number;
  isUnique: boolean;
  columns: IndexColumnFacts[];
  isOurs: boolean;
  /** What the last rebuild by us has left. */
  rebuiltBytes: string | null;
}

/** Valid B-trees from `minBytes` on, largest first; without those that are locked. */
export const listIndexSizes = (p: { minBytes: number }) => sql<IndexSizeRow>('maintenance.list-index-sizes')`
  SELECT x.oid::text AS "oid", n.nspname AS "schema", t.relname AS "table", x.relname AS "index",
         pg_relation_size(x.oid) AS "sizeBytes", x.reltuples::float8 AS "rows", i.indisunique AS "isUnique",
         coalesce((SELECT split_part(o, '=', 2)::int FROM unnest(x.reloptions) o WHERE o LIKE 'fillfactor=%'), 90)
           AS "fillPercent",
         pg_has_role(x.relowner, 'USAGE') AS "isOurs",
         (SELECT (c.evidence ->> 'bytesAfter')::bigint FROM ethhook_admin_schema_changes c
           WHERE c.migration = 'maintenance' AND c.action = 'repaired' AND c.object = n.nspname || '.' || x.relname)
           AS "rebuiltBytes",
         (SELECT jsonb_agg(jsonb_build_object(
                   'type', format_type(a.atttypid, a.atttypmod), 'widthBytes', s.avg_width, 'nullShare', s.null_frac,
                   'distinct', s.n_distinct, 'isKey', a.attnum <= i.indnkeyatts) ORDER BY a.attnum)
            FROM pg_attribute a
            LEFT JOIN pg_attribute o ON o.attrelid = i.indrelid AND o.attnum = i.indkey[a.attnum - 1] AND o.attnum > 0
            -- ANALYZE keeps the statistics of an expression under the index's name.
            LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND NOT s.inherited
                                AND s.tablename = CASE WHEN o.attnum IS NULL THEN x.relname ELSE t.relname END
                                AND s.attname = coalesce(o.attname, a.attname)
           WHERE a.attrelid = x.oid AND a.attnum > 0) AS "columns"
    FROM pg_index i
    JOIN pg_class x ON x.oid = i.indexrelid AND x.relkind = 'i' AND x.relpersistence <> 't'
    JOIN pg_am m ON m.oid = x.relam AND m.amname = 'btree'
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = x.relnamespace
     AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
   WHERE i.indisvalid AND i.indisready AND i.indislive AND NOT i.indisexclusion
     AND CASE WHEN x.oid IN (${lockedRelations}) THEN false ELSE pg_relation_size(x.oid) >= ${p.minBytes}::bigint END
   ORDER BY pg_relation_size(x.oid) DESC, n.nspname, x.relname`;
