import { sql } from '../../../../kernel/database/sql.js';

export interface ProgressRow {
  command: 'VACUUM' | 'ANALYZE' | 'CREATE INDEX' | 'CLUSTER' | 'COPY' | 'BASE BACKUP';
  pid: number;
  database: string | null;
  /** Quoted where it has to be; null: of another database, or not of one relation. */
  relation: string | null;
  phase: string | null;
  done: number | null;
  /** null: not known. */
  total: number | null;
  unit: 'blocks' | 'tuples' | 'bytes';
  user: string | null;
  application: string | null;
  backendType: string | null;
  seconds: number | null;
  /** What else the view has: it differs by version. */
  figures: Record<string, unknown>;
}

/** Of all commands that PostgreSQL tells the progress of; REINDEX counts as CREATE INDEX, VACUUM FULL as CLUSTER. */
export const listProgress = (p: { limit: number }) => sql<ProgressRow>('monitoring.list-progress')`
  WITH progress (command, pid, datid, relid, phase, done, total, unit, figures) AS (
    SELECT 'VACUUM', v.pid, v.datid, v.relid, v.phase, v.heap_blks_scanned, v.heap_blks_total, 'blocks', to_jsonb(v)
      FROM pg_stat_progress_vacuum v
    UNION ALL
    SELECT 'ANALYZE', n.pid, n.datid, n.relid, n.phase, n.sample_blks_scanned, n.sample_blks_total, 'blocks', to_jsonb(n)
      FROM pg_stat_progress_analyze n
    UNION ALL
    SELECT 'CREATE INDEX', i.pid, i.datid, coalesce(nullif(i.index_relid, 0), i.relid), i.phase,
           CASE WHEN i.tuples_total > 0 THEN i.tuples_done ELSE i.blocks_done END,
           CASE WHEN i.tuples_total > 0 THEN i.tuples_total ELSE i.blocks_total END,
           CASE WHEN i.tuples_total > 0 THEN 'tuples' ELSE 'blocks' END, to_jsonb(i)
      FROM pg_stat_progress_create_index i
    UNION ALL
    SELECT 'CLUSTER', u.pid, u.datid, u.relid, u.phase, u.heap_blks_scanned, u.heap_blks_total, 'blocks', to_jsonb(u)
      FROM pg_stat_progress_cluster u
    UNION ALL
    SELECT 'COPY', y.pid, y.datid, y.relid, NULL, y.bytes_processed, y.bytes_total, 'bytes', to_jsonb(y)
      FROM pg_stat_progress_copy y
    UNION ALL
    SELECT 'BASE BACKUP', b.pid, NULL, NULL, b.phase, b.backup_streamed, b.backup_total, 'bytes', to_jsonb(b)
      FROM pg_stat_progress_basebackup b
  )
  SELECT p.command AS "command", p.pid AS "pid", d.datname::text AS "database", c.oid::regclass::text AS "relation",
         p.phase AS "phase", p.done::float8 AS "done", nullif(p.total, 0)::float8 AS "total", p.unit AS "unit",
         a.usename::text AS "user", nullif(a.application_name, '') AS "application", a.backend_type AS "backendType",
         extract(epoch FROM clock_timestamp() - a.query_start)::float8 AS "seconds",
         jsonb_strip_nulls(p.figures - '{pid,datid,datname,relid,index_relid,command,phase}'::text[]) AS "figures"
    FROM progress p
    LEFT JOIN pg_database d ON d.oid = p.datid
    LEFT JOIN pg_class c ON c.oid = p.relid AND d.datname = current_database()
    LEFT JOIN pg_stat_activity a ON a.pid = p.pid
   ORDER BY a.query_start, p.pid
   LIMIT ${p.limit}`;
