import { lockedRelations } from '../../../../kernel/database/locked-relations.js';
import { fragment } from '../../../../kernel/database/sql.js';

/** Why an index is more than a means to find rows. */
export type IndexRole =
  | 'constraint'
  | 'unique'
  | 'replica_identity'
  | 'partitioned'
  | 'partition'
  | 'foreign_key'
  | 'clustered'
  | 'expression';

export interface IndexRow {
  schema: string;
  table: string;
  index: string;
  /** As pg_get_indexdef writes it: the index's name without its schema. */
  definition: string;
  sizeBytes: string;
  role: IndexRole | null;
  /** Reads may use it. */
  isValid: boolean;
  /** False: a DROP INDEX CONCURRENTLY has not come to its end. */
  isLive: boolean;
  /** Somebody is building or dropping it at this moment. */
  isBusy: boolean;
  /** Its owner's rights are ours. */
  isOurs: boolean;
  /** By the job that drops indexes. */
  isDropRecorded: boolean;
  /** Since it was made, as far as that is known: from its last drop, or where commits have a time. */
  ageHours: number | null;
}

export const indexColumns = fragment`
  n.nspname AS "schema", t.relname AS "table", x.relname AS "index", pg_get_indexdef(x.oid) AS "definition",
  CASE WHEN x.oid IN (${lockedRelations}) THEN x.relpages * current_setting('block_size')::int8
       ELSE pg_relation_size(x.oid) END AS "sizeBytes",
  i.indisvalid AND i.indisready AND i.indislive AS "isValid", i.indislive AS "isLive",
  pg_has_role(x.relowner, 'USAGE') AS "isOurs",
  EXISTS (SELECT FROM ethhook_admin_schema_changes c
           WHERE c.migration = 'maintenance' AND c.action = 'dropped'
             AND c.object = n.nspname || '.' || x.relname) AS "isDropRecorded",
  extract(epoch FROM now() - greatest(
    CASE WHEN current_setting('track_commit_timestamp')::boolean THEN pg_xact_commit_timestamp(i.xmin) END,
    (SELECT max(c.recorded_at) FROM ethhook_admin_schema_changes c
      WHERE c.action = 'dropped' AND c.object IN (x.relname, n.nspname || '.' || x.relname))))::float8 / 3600 AS "ageHours",
  CASE
    WHEN x.relkind = 'I' THEN 'partitioned'
    WHEN EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = x.oid) THEN 'partition'
    WHEN EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.oid) THEN 'constraint'
    WHEN i.indisunique OR i.indisexclusion THEN 'unique'
    WHEN i.indisreplident THEN 'replica_identity'
    -- Without it each DELETE in the other table reads this whole one.
    WHEN EXISTS (
      SELECT FROM pg_constraint k
       WHERE k.contype = 'f' AND k.conrelid = i.indrelid AND i.indpred IS NULL
         AND k.conkey <@ (i.indkey::int2[])[0:cardinality(k.conkey) - 1]
         AND NOT EXISTS (
           SELECT FROM pg_index o
            WHERE o.indrelid = i.indrelid AND o.indexrelid <> i.indexrelid AND o.indisvalid AND o.indpred IS NULL
              AND k.conkey <@ (o.indkey::int2[])[0:cardinality(k.conkey) - 1])) THEN 'foreign_key'
    WHEN i.indisclustered THEN 'clustered'
    -- The planner has statistics of the expression for as long as the index is there.
    WHEN 0 = ANY (i.indkey::int2[]) THEN 'expression'
  END AS "role",
  EXISTS (SELECT FROM pg_stat_progress_create_index p
           WHERE p.datname = current_database() AND p.relid = i.indrelid AND p.pid <> pg_backend_pid())
  OR EXISTS (
    SELECT FROM pg_locks l
     WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_backend_pid() AND l.mode = 'ShareUpdateExclusiveLock'
       AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
       AND (l.relation = x.oid
            -- Roles without pg_read_all_stats are shown no progress of others: somebody is at work on the table.
            OR l.relation = i.indrelid
               AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = l.pid AND a.backend_type IS NOT NULL)))
  AS "isBusy"`;

/** All but temporary ones and PostgreSQL's own. */
export const indexTables = fragment`
  pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid AND x.relpersistence <> 't'
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = x.relnamespace
   AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')`;
