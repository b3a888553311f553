import { sql } from '../../database/sql.js';

export interface LoadRow {
  /** Sessions that have waited for longer than they may for what this backend holds, or waits for before them. */
  blocked: number;
  /** Others that have waited for a lock for more than a second. */
  waiters: number;
  activeBackends: number;
  connections: number;
  maxConnections: number;
  laggingReplica: string | null;
}

interface LoadOf {
  backendPid: number;
  mayBlockMs: number;
  replicationLagBytes: number;
}

export const readLoad = ({ backendPid, mayBlockMs, replicationLagBytes }: LoadOf) =>
  sql<LoadRow>('tasks.read-load')`
  WITH waiting AS MATERIALIZED (
    SELECT clock_timestamp() - l.waitstart AS waited, ${backendPid}::int = ANY(pg_blocking_pids(l.pid)) AS for_us
      FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE NOT l.granted AND l.pid <> ${backendPid}::int AND a.datname = current_database()
       AND a.backend_type <> 'autovacuum worker' AND l.waitstart < clock_timestamp() - INTERVAL '1 second'
  ),
  clients AS MATERIALIZED (
    SELECT a.state FROM pg_stat_activity a
     WHERE a.backend_type = 'client backend' AND a.pid NOT IN (pg_backend_pid(), ${backendPid}::int)
  )
  SELECT (SELECT count(*) FROM waiting w
           WHERE w.for_us AND w.waited > make_interval(secs => ${mayBlockMs / 1000}::float8))::int AS "blocked",
         (SELECT count(*) FROM waiting w WHERE NOT w.for_us)::int AS "waiters",
         (SELECT count(*) FROM clients c WHERE c.state = 'active')::int AS "activeBackends",
         (SELECT count(*) FROM clients)::int AS "connections",
         current_setting('max_connections')::int AS "maxConnections",
         (SELECT r.application_name FROM pg_stat_replication r
           WHERE pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn) > ${replicationLagBytes}::float8::numeric
           ORDER BY r.replay_lsn, r.pid LIMIT 1) AS "laggingReplica"`;
