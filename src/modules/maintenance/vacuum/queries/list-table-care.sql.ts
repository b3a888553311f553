import { fragment, sql } from '../../../../kernel/database/sql.js';

/** What of a table decides its VACUUM, ANALYZE and freezing; its TOAST table included, which goes with it. */
export interface TableCareRow {
  oid: number;
  schema: string;
  name: string;
  /** `schema.name`, quoted where it has to be. */
  table: string;
  owner: string;
  mayMaintain: boolean;
  isSystem: boolean;
  sizeBytes: number;
  rows: number;
  deadRows: number;
  /** Dead rows at which autovacuum would come, by the table's own settings; the same for those below. */
  deadTrigger: number;
  /** Null: autovacuum does not come for inserts alone. */
  insertTrigger: number | null;
  insertsSinceVacuum: number;
  toastDeadRows: number;
  toastDeadTrigger: number;
  pages: number;
  visiblePages: number;
  changesSinceAnalyze: number;
  analyzeTrigger: number;
  isAnalyzed: boolean;
  freezeAge: number;
  /** At which autovacuum freezes it, whatever else; the same below for multixacts. */
  freezeMaxAge: number;
  multixactAge: number;
  multixactFreezeMaxAge: number;
  vacuums: number;
  analyzes: number;
  /** By the table's own settings; the server's is another one. */
  isAutovacuumOn: boolean;
  /** By hand or by autovacuum. */
  vacuumedAt: string | null;
  analyzedAt: string | null;
}

const setting = (name: string) => fragment`current_setting(${name})::float8`;
const option = (alias: 'o' | 'p', name: string) =>
  fragment`(${alias === 'o' ? fragment`o.options` : fragment`p.options`} ->> ${name})::float8`;
const own = (alias: 'o' | 'p', name: string) => fragment`coalesce(${option(alias, name)}, ${setting(name)})`;
const optionsOf = (reloptions: 'c' | 't') => fragment`
    (SELECT jsonb_object_agg(x.option_name, x.option_value) AS options
       FROM pg_options_to_table(${reloptions === 'c' ? fragment`c.reloptions` : fragment`t.reloptions`}) x)`;
// From PostgreSQL 18 on there is a bound to it; -1 is none.
const deadTrigger = (alias: 'o' | 'p', rows: 'c' | 't') => fragment`
  least(${own(alias, 'autovacuum_vacuum_threshold')} + ${own(alias, 'autovacuum_vacuum_scale_factor')}
          * greatest(${rows === 'c' ? fragment`c.reltuples` : fragment`t.reltuples`}, 0),
        nullif(coalesce(${option(alias, 'autovacuum_vacuum_max_threshold')},
                        current_setting('autovacuum_vacuum_max_threshold', true)::float8), -1))`;
const freezeMaxAge = (name: string) => fragment`
  least(${setting(name)}, ${option('o', name)})`;

/**
 * Tables, leaf partitions and materialized views, one or all, except those of other sessions. Takes no lock on any of them:
 * sizes are those of the last VACUUM or ANALYZE. Role: the table's or the database's owner, or MAINTAIN (from 17 on).
 */
export const listTableCare = (p: { oid: number | null }) => sql<TableCareRow>('maintenance.list-table-care')`
  SELECT c.oid::int8::float8 AS "oid", n.nspname AS "schema", c.relname AS "name", format('%I.%I', n.nspname, c.relname) AS "table",
         pg_get_userbyid(c.relowner) AS "owner",
         pg_has_role(c.relowner, 'USAGE') OR pg_has_role(d.datdba, 'USAGE')
           OR CASE WHEN current_setting('server_version_num')::int >= 170000
                   THEN has_table_privilege(c.oid, 'MAINTAIN') ELSE false END AS "mayMaintain",
         n.nspname IN ('pg_catalog', 'information_schema') AS "isSystem",
         (c.relpages + coalesce(t.relpages, 0)) * current_setting('block_size')::float8 AS "sizeBytes",
         greatest(c.reltuples, 0)::float8 AS "rows", pg_stat_get_dead_tuples(c.oid)::float8 AS "deadRows",
         ${deadTrigger('o', 'c')} AS "deadTrigger",
         CASE WHEN ${own('o', 'autovacuum_vacuum_insert_threshold')} >= 0
              THEN ${own('o', 'autovacuum_vacuum_insert_threshold')}
                   + ${own('o', 'autovacuum_vacuum_insert_scale_factor')} * greatest(c.reltuples, 0) END AS "insertTrigger",
         pg_stat_get_ins_since_vacuum(c.oid)::float8 AS "insertsSinceVacuum",
         coalesce(pg_stat_get_dead_tuples(t.oid), 0)::float8 AS "toastDeadRows", ${deadTrigger('p', 't')} AS "toastDeadTrigger",
         c.relpages AS "pages", c.relallvisible AS "visiblePages",
         pg_stat_get_mod_since_analyze(c.oid)::float8 AS "changesSinceAnalyze",
         ${own('o', 'autovacuum_analyze_threshold')}
           + ${own('o', 'autovacuum_analyze_scale_factor')} * greatest(c.reltuples, 0) AS "analyzeTrigger",
         coalesce((o.options ->> 'autovacuum_enabled')::boolean, true) AS "isAutovacuumOn",
         greatest(pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid)) AS "vacuumedAt",
         greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) AS "analyzedAt",
         coalesce(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid)) IS NOT NULL AS "isAnalyzed",
         greatest(age(c.relfrozenxid), age(t.relfrozenxid)) AS "freezeAge",
         ${freezeMaxAge('autovacuum_freeze_max_age')} AS "freezeMaxAge",
         greatest(mxid_age(c.relminmxid), mxid_age(t.relminmxid)) AS "multixactAge",
         ${freezeMaxAge('autovacuum_multixact_freeze_max_age')} AS "multixactFreezeMaxAge",
         pg_stat_get_vacuum_count(c.oid)::float8 AS "vacuums", pg_stat_get_analyze_count(c.oid)::float8 AS "analyzes"
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_database d ON d.datname = current_database()
    LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
   CROSS JOIN LATERAL ${optionsOf('c')} o
   CROSS JOIN LATERAL ${optionsOf('t')} p
   WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND c.relfrozenxid <> '0'
     AND (${p.oid}::oid IS NULL OR c.oid = ${p.oid}::oid)
   ORDER BY c.oid`;
