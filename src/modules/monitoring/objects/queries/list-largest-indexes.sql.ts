import { lockedRelations } from '../../../../kernel/database/locked-relations.js';
import { sql } from '../../../../kernel/database/sql.js';
import { knownBytes, ofUsers } from './relations.js';

export interface LargestIndexRow {
  /** `schema.index`, quoted where it has to be. */
  object: string;
  sizeBytes: number;
  scans: number;
}

/** Like listLargestTables. */
export const listLargestIndexes = (p: {
  least: number;
  most: number;
  minBytes: number;
}) => sql<LargestIndexRow>('monitoring.list-largest-indexes')`
  WITH locked AS MATERIALIZED (${lockedRelations}), ranked AS (
    SELECT c.oid, i.indrelid, format('%I.%I', n.nspname, c.relname) AS object, ${knownBytes('c')} AS bytes,
           row_number() OVER (ORDER BY c.relpages DESC, c.oid) AS place
      FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'i' AND ${ofUsers})
  SELECT r.object AS "object", s.bytes::float8 AS "sizeBytes", pg_stat_get_numscans(r.oid)::float8 AS "scans"
    FROM ranked r
   CROSS JOIN LATERAL (SELECT pg_relation_size(r.oid) AS bytes) s
   WHERE r.place <= ${p.most} AND (r.place <= ${p.least} OR r.bytes >= ${p.minBytes}::float8)
     AND NOT EXISTS (SELECT FROM locked l WHERE l.relation IN (r.oid, r.indrelid))
     AND s.bytes IS NOT NULL
   ORDER BY r.place`;
