import { sql } from '../../../../kernel/database/sql.js';

export interface RedundantIndexRow {
  schema: string;
  index: string;
  kind: 'duplicate' | 'prefix';
  /** In the same schema and on the same table. */
  coveredBy: string;
  coveringDefinition: string;
}

/**
 * Indexes whose every read another one serves: its leading columns are all of theirs, in the same order or its exact
 * reverse, with the same operators, rows and expressions, and it has what they include. Of equals one stays: the unique
 * one, one of `required` (in public), the oldest. indoption: 0 ascending, 3 descending (nulls first).
 */
export const listRedundantIndexes = (p: { required: readonly string[] }) => sql<RedundantIndexRow>(
  'maintenance.list-redundant-indexes',
)`
  WITH known AS (
    SELECT i.indexrelid, i.indrelid, n.nspname, x.relname, x.relam, m.amname, i.indnkeyatts AS keys_count,
           i.indisunique, (n.nspname = 'public' AND x.relname = ANY (${p.required}::text[])) AS is_required,
           EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) AS is_constraint,
           EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid) AS is_partition,
           (i.indkey::int2[])[0:i.indnkeyatts - 1] AS keys, (i.indkey::int2[])[0:i.indnatts - 1] AS columns,
           (i.indclass::oid[])[0:i.indnkeyatts - 1] AS classes,
           (i.indcollation::oid[])[0:i.indnkeyatts - 1] AS collations,
           (i.indoption::int2[])[0:i.indnkeyatts - 1] AS options,
           coalesce(pg_get_expr(i.indexprs, i.indrelid), '') AS expressions,
           coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS predicate
      FROM pg_index i
      JOIN pg_class x ON x.oid = i.indexrelid AND x.relkind = 'i' AND x.relpersistence <> 't'
      JOIN pg_am m ON m.oid = x.relam
      JOIN pg_namespace n ON n.oid = x.relnamespace
       AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
     WHERE i.indisvalid AND i.indisready AND i.indislive)
  SELECT DISTINCT ON (own.nspname, own.relname)
         own.nspname AS "schema", own.relname AS "index",
         CASE WHEN own.keys_count = other.keys_count THEN 'duplicate' ELSE 'prefix' END AS "kind",
         other.relname AS "coveredBy", pg_get_indexdef(other.indexrelid) AS "coveringDefinition"
    FROM known own
    JOIN known other ON other.indrelid = own.indrelid AND other.indexrelid <> own.indexrelid
     AND other.relam = own.relam AND other.expressions = own.expressions AND other.predicate = own.predicate
     AND other.keys[1:own.keys_count] = own.keys
     AND other.classes[1:own.keys_count] = own.classes
     AND other.collations[1:own.keys_count] = own.collations
     AND (other.options[1:own.keys_count] = own.options
          OR own.amname = 'btree'
             AND other.options[1:own.keys_count] = (SELECT array_agg((o.option # 3)::int2 ORDER BY o.position)
                                                      FROM unnest(own.options) WITH ORDINALITY o (option, position)))
     AND own.columns <@ other.columns
   WHERE NOT own.indisunique AND NOT own.is_constraint AND NOT own.is_partition AND NOT own.is_required
     -- Only a B-tree serves its leading columns as an index of them alone would.
     AND (own.amname = 'btree' OR own.keys_count = other.keys_count)
     AND (own.keys_count < other.keys_count OR NOT other.columns <@ own.columns
          OR other.indisunique OR other.is_required OR other.indexrelid < own.indexrelid)
   ORDER BY own.nspname, own.relname, other.indisunique DESC, other.is_required DESC, other.keys_count DESC, other.indexrelid`;
