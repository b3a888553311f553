import { sql } from '../../../../kernel/database/sql.js';

export interface RepackRemnantRow {
  oid: string;
  /** Of the table that was to be repacked. */
  name: string;
}

/**
 * Tables that a killed pg_repack has left with its trigger, which logs every write for nobody, or with its copy. One under
 * way holds an advisory lock of this class on the table.
 */
export const listRepackRemnants = () => sql<RepackRemnantRow>('maintenance.list-repack-remnants')`
  SELECT c.oid::text AS "oid", format('%I.%I', n.nspname, c.relname) AS "name"
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE (EXISTS (SELECT FROM pg_trigger g
                    JOIN pg_proc f ON f.oid = g.tgfoid
                    JOIN pg_namespace r ON r.oid = f.pronamespace AND r.nspname = 'repack'
                   WHERE g.tgrelid = c.oid)
          OR EXISTS (SELECT FROM pg_class w
                       JOIN pg_namespace r ON r.oid = w.relnamespace AND r.nspname = 'repack'
                      WHERE w.relname IN ('log_' || c.oid, 'table_' || c.oid)))
     AND NOT EXISTS (
       SELECT FROM pg_locks l
        WHERE l.locktype = 'advisory' AND l.classid = 16185446 AND l.objid = c.oid
          AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
   ORDER BY 2`;
