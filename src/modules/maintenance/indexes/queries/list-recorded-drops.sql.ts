import { sql } from '../../../../kernel/database/sql.js';

export interface RecordedDropRow {
  schema: string;
  index: string;
  /** The definition that makes it anew. */
  definition: string;
  reason: string;
  sizeBytes: string | null;
  recordedAt: string;
}

/** Indexes that this job or a migration has dropped, and that are not there: the latest first. */
export const listRecordedDrops = () => sql<RecordedDropRow>('maintenance.list-recorded-drops')`
  SELECT d.schema AS "schema", d.index AS "index", d.definition AS "definition", d.reason AS "reason",
         d.size_bytes AS "sizeBytes", d.recorded_at AS "recordedAt"
    FROM (SELECT DISTINCT ON (1, 2)
                 coalesce(c.evidence ->> 'schema', 'public') AS schema, coalesce(c.evidence ->> 'index', c.object) AS index,
                 c.restore_sql AS definition, c.reason, (c.evidence ->> 'sizeBytes')::bigint AS size_bytes, c.recorded_at
            FROM ethhook_admin_schema_changes c
           WHERE c.action = 'dropped' AND c.restore_sql ~ '^CREATE (UNIQUE )?INDEX '
           ORDER BY 1, 2, c.recorded_at DESC) d
   WHERE NOT EXISTS (
     SELECT FROM pg_class x
       JOIN pg_namespace n ON n.oid = x.relnamespace
       JOIN pg_index i ON i.indexrelid = x.oid AND i.indisvalid
      WHERE n.nspname = d.schema AND x.relname = d.index)
   ORDER BY d.recorded_at DESC, d.schema, d.index`;
