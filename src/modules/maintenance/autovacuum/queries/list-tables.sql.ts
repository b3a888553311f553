import { sql } from '../../../../kernel/database/sql.js';

export interface TableRow {
  oid: number;
  /** `schema.table`, quoted where it has to be. */
  table: string;
  schema: string;
  name: string;
  owner: string;
  /** Whether this role may change it. */
  isOurs: boolean;
  /** The planner's estimate; before the first ANALYZE that of the activity statistics. */
  rows: number;
  bytes: number;
  deadRows: number;
  inserts: number;
  /** Updates and deletes. */
  changes: number;
  /** Pages in the visibility map, of all; null for an empty table. */
  allVisibleShare: number | null;
  /** Transactions since the oldest that is not frozen. */
  freezeAge: number;
  freezeMaxAge: number;
  /** Of the counters. */
  statisticsDays: number;
  options: Record<string, string>;
}

/** Tables and leaf partitions outside the system's schemas, one or all, the largest first. */
export const listTables = (p: { oid: number | null }) => sql<TableRow>('maintenance.list-tables')`
  SELECT c.oid::int8::float8 AS "oid", format('%I.%I', n.nspname, c.relname) AS "table", n.nspname AS "schema",
         c.relname AS "name", pg_get_userbyid(c.relowner) AS "owner", pg_has_role(c.relowner, 'USAGE') AS "isOurs",
         CASE WHEN c.reltuples < 0 THEN s.n_live_tup ELSE c.reltuples END::float8 AS "rows",
         pg_table_size(c.oid)::float8 AS "bytes", s.n_dead_tup::float8 AS "deadRows", s.n_tup_ins::float8 AS "inserts",
         (s.n_tup_upd + s.n_tup_del)::float8 AS "changes",
         c.relallvisible::float8 / nullif(c.relpages, 0) AS "allVisibleShare", age(c.relfrozenxid) AS "freezeAge",
         current_setting('autovacuum_freeze_max_age')::int AS "freezeMaxAge",
         (SELECT extract(epoch FROM now() - coalesce(d.stats_reset, pg_postmaster_start_time()))::float8 / 86400
            FROM pg_stat_database d WHERE d.datname = current_database()) AS "statisticsDays",
         (SELECT coalesce(jsonb_object_agg(o.option_name, o.option_value), '{}')
            FROM pg_options_to_table(c.reloptions) o) AS "options"
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_stat_user_tables s ON s.relid = c.oid
   WHERE c.relkind = 'r' AND c.relpersistence IN ('p', 'u') AND (${p.oid}::oid IS NULL OR c.oid = ${p.oid}::oid)
   ORDER BY pg_table_size(c.oid) DESC, c.oid`;
