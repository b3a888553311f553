import { sql } from '../../../../kernel/database/sql.js';

export interface PartitionedTableRow {
  oid: number;
  schema: string;
  name: string;
  table: string;
  owner: string;
  mayMaintain: boolean;
  partitions: number;
  /** Of all partitions. */
  rows: number;
  /** Rows that were changed since each partition's last ANALYZE. */
  changes: number;
  /** Partitions that autovacuum has analyzed since the parent was. */
  analyzedSince: number;
  /** By autovacuum's settings. */
  analyzeTrigger: number;
  isAnalyzed: boolean;
  analyzes: number;
  /** ANALYZE ONLY takes the parent without its partitions, which autovacuum sees to. */
  hasAnalyzeOnly: boolean;
}

/** Partitioned tables that are no partition themselves; their partitions are those at the ends of the tree. */
export const listPartitionedTables = (p: { oid: number | null }) => sql<PartitionedTableRow>(
  'maintenance.list-partitioned-tables',
)`
  SELECT c.oid::int8::float8 AS "oid", n.nspname AS "schema", c.relname AS "name", format('%I.%I', n.nspname, c.relname) AS "table",
         pg_get_userbyid(c.relowner) AS "owner",
         pg_has_role(c.relowner, 'USAGE') OR pg_has_role(d.datdba, 'USAGE')
           OR CASE WHEN current_setting('server_version_num')::int >= 170000
                   THEN has_table_privilege(c.oid, 'MAINTAIN') ELSE false END AS "mayMaintain",
         l.partitions, l.rows, l.changes, l.analyzed_since AS "analyzedSince",
         current_setting('autovacuum_analyze_threshold')::float8
           + current_setting('autovacuum_analyze_scale_factor')::float8 * l.rows AS "analyzeTrigger",
         pg_stat_get_last_analyze_time(c.oid) IS NOT NULL AS "isAnalyzed", pg_stat_get_analyze_count(c.oid)::float8 AS "analyzes",
         current_setting('server_version_num')::int >= 180000 AS "hasAnalyzeOnly"
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_database d ON d.datname = current_database()
   CROSS JOIN LATERAL (
     SELECT count(*)::int AS partitions, coalesce(sum(greatest(x.reltuples, 0)), 0)::float8 AS rows,
            coalesce(sum(pg_stat_get_mod_since_analyze(x.oid)), 0)::float8 AS changes,
            count(*) FILTER (WHERE pg_stat_get_last_autoanalyze_time(x.oid) > pg_stat_get_last_analyze_time(c.oid))::int
              AS analyzed_since
       FROM pg_partition_tree(c.oid) r
       JOIN pg_class x ON x.oid = r.relid
      WHERE r.isleaf AND x.relkind = 'r') l
   WHERE c.relkind = 'p' AND NOT c.relispartition AND (${p.oid}::oid IS NULL OR c.oid = ${p.oid}::oid)
   ORDER BY c.oid`;
