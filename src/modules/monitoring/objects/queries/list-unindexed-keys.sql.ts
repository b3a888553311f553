import { sql } from '../../../../kernel/database/sql.js';

export interface UnindexedKeyRow {
  constraint: string;
  /** The referencing one; `schema.table`, quoted where it has to be. */
  table: string;
  schema: string;
  name: string;
  columns: string[];
  rows: number;
  bytes: number;
  /** The referenced one. */
  parent: string;
  parentColumns: string[];
  parentRows: number;
  parentBytes: number;
  /** Rows deleted from it since the counters were reset. */
  parentDeletes: number;
  isPartitioned: boolean;
  /** Both tables, by this role. */
  mayRead: boolean;
}

/**
 * Foreign keys whose columns lead no index that holds all rows, in whichever order. Sizes of partitioned tables are those of
 * their partitions, as ANALYZE has seen them last.
 */
export const listUnindexedKeys = () => sql<UnindexedKeyRow>('monitoring.list-unindexed-keys')`
  WITH RECURSIVE bare AS (
    SELECT k.* FROM pg_constraint k
     WHERE k.contype = 'f' AND k.conparentid = 0
       AND NOT EXISTS (
         SELECT FROM pg_index i
          WHERE i.indrelid = k.conrelid AND i.indisvalid AND i.indisready AND i.indislive AND i.indpred IS NULL
            AND k.conkey <@ (i.indkey::int2[])[0:cardinality(k.conkey) - 1])),
  part (root, oid) AS (
    SELECT conrelid, conrelid FROM bare UNION SELECT confrelid, confrelid FROM bare
     UNION
    SELECT p.root, h.inhrelid FROM part p JOIN pg_inherits h ON h.inhparent = p.oid),
  size AS (
    SELECT p.root, sum(greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)) FILTER (WHERE c.relkind <> 'p')::float8 AS rows,
           sum(greatest(c.relpages, 0)) * current_setting('block_size')::float8 AS bytes,
           sum(pg_stat_get_tuples_deleted(c.oid))::float8 AS deletes
      FROM part p JOIN pg_class c ON c.oid = p.oid GROUP BY p.root)
  SELECT k.conname AS "constraint", format('%I.%I', n.nspname, c.relname) AS "table", n.nspname AS "schema", c.relname AS "name",
         (SELECT jsonb_agg(a.attname ORDER BY u.place)
            FROM unnest(k.conkey) WITH ORDINALITY u (number, place)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number) AS "columns",
         coalesce(own.rows, 0) AS "rows", own.bytes AS "bytes",
         format('%I.%I', rn.nspname, r.relname) AS "parent",
         (SELECT jsonb_agg(a.attname ORDER BY u.place)
            FROM unnest(k.confkey) WITH ORDINALITY u (number, place)
            JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number) AS "parentColumns",
         coalesce(other.rows, 0) AS "parentRows", other.bytes AS "parentBytes", other.deletes AS "parentDeletes",
         c.relkind = 'p' AS "isPartitioned",
         has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(r.oid, 'SELECT') AS "mayRead"
    FROM bare k
    JOIN pg_class c ON c.oid = k.conrelid AND c.relpersistence <> 't'
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    JOIN pg_class r ON r.oid = k.confrelid
    JOIN pg_namespace rn ON rn.oid = r.relnamespace
    JOIN size own ON own.root = k.conrelid
    JOIN size other ON other.root = k.confrelid
   ORDER BY own.bytes DESC, k.conrelid, k.conname`;
