import { lockedRelations } from '../../../../kernel/database/locked-relations.js';
import { sql } from '../../../../kernel/database/sql.js';
import { knownBytes, ofUsers } from './relations.js';

export interface LargestTableRow {
  /** `schema.table`, quoted where it has to be. */
  object: string;
  /** With what is stored out of line, without its indexes. */
  sizeBytes: number;
  indexesBytes: number;
  sequentialScans: number;
  sequentialRows: number;
}

/**
 * The `least` largest, and all others from `minBytes` on, `most` at most. Only these are measured; which they are is
 * known from the catalog, and of those never analyzed guessed, with 100 bytes a row.
 */
export const listLargestTables = (p: {
  least: number;
  most: number;
  minBytes: number;
}) => sql<LargestTableRow>('monitoring.list-largest-tables')`
  WITH locked AS MATERIALIZED (${lockedRelations}), ranked AS (
    SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS object, k.bytes,
           row_number() OVER (ORDER BY k.bytes DESC, c.oid) AS place
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
     CROSS JOIN LATERAL (
       SELECT greatest(${knownBytes('c')}, CASE WHEN c.reltuples < 0 THEN pg_stat_get_live_tuples(c.oid) * 100 END)
              + coalesce(${knownBytes('t')}, 0) AS bytes) k
     WHERE c.relkind IN ('r', 'm') AND ${ofUsers})
  SELECT r.object AS "object", s.bytes::float8 AS "sizeBytes", pg_indexes_size(r.oid)::float8 AS "indexesBytes",
         pg_stat_get_numscans(r.oid)::float8 AS "sequentialScans",
         pg_stat_get_tuples_returned(r.oid)::float8 AS "sequentialRows"
    FROM ranked r
   CROSS JOIN LATERAL (SELECT pg_table_size(r.oid) AS bytes) s
   WHERE r.place <= ${p.most} AND (r.place <= ${p.least} OR r.bytes >= ${p.minBytes}::float8)
     AND NOT EXISTS (SELECT FROM locked l
                      WHERE l.relation = r.oid OR l.relation IN (SELECT i.indexrelid FROM pg_index i WHERE i.indrelid = r.oid))
     AND s.bytes IS NOT NULL
   ORDER BY r.place`;
