import { sql } from '../../database/sql.js';

export interface DatabaseProgressRow {
  command: 'VACUUM' | 'ANALYZE' | 'CREATE INDEX' | 'CLUSTER';
  target: string | null;
  /** The view's row: its columns differ by version. */
  figures: Record<string, unknown>;
}

/** Of the command that this backend runs; REINDEX counts as CREATE INDEX, VACUUM FULL as CLUSTER. */
export const readDatabaseProgress = (pid: number) =>
  sql<DatabaseProgressRow>('tasks.read-database-progress')`
  WITH progress AS (
    SELECT 'VACUUM' AS command, v.relid, to_jsonb(v) AS figures
      FROM pg_stat_progress_vacuum v WHERE v.pid = ${pid}
    UNION ALL
    SELECT 'ANALYZE', a.relid, to_jsonb(a) FROM pg_stat_progress_analyze a WHERE a.pid = ${pid}
    UNION ALL
    SELECT 'CREATE INDEX', coalesce(nullif(c.index_relid, 0), c.relid), to_jsonb(c)
      FROM pg_stat_progress_create_index c WHERE c.pid = ${pid}
    UNION ALL
    SELECT 'CLUSTER', f.relid, to_jsonb(f) FROM pg_stat_progress_cluster f WHERE f.pid = ${pid}
  )
  SELECT p.command, p.relid::regclass::text AS "target",
         p.figures - '{pid,datid,datname,relid,index_relid,command,phase}'::text[] || jsonb_build_object('phase', p.figures -> 'phase')
           AS "figures"
    FROM progress p LIMIT 1`;
