import { sql } from '../../../../kernel/database/sql.js';

export interface ServerFiguresRow {
  startedAtSeconds: number;
  active: number;
  idle: number;
  idleInTransaction: number;
  /** Of other roles, whose state this role may not see. */
  hidden: number;
  waitingForLock: number;
  connectionsLimit: number;
  longestTransactionSeconds: number;
  commits: number;
  rollbacks: number;
  blocksHit: number;
  blocksRead: number;
  tempBytes: number;
  deadlocks: number;
  transactionIdAge: number;
  multixactIdAge: number;
  /** Autovacuum freezes whatever is older, on a table nobody writes to as well. */
  freezeMaxAge: number;
  replicas: number;
  /** Of the one that is furthest behind; null: there is none, or this role may not see it. */
  replicationLagBytes: number | null;
  inactiveSlots: number;
  /** WAL that they keep: null without one. */
  inactiveSlotBytes: number | null;
  tables: readonly TableFigures[];
}

export interface TableFigures {
  table: string;
  liveRows: number;
  deadRows: number;
}

/**
 * All of the server in one look of some milliseconds: of the sessions, the statistics in memory, and the sizes of nothing.
 * The same on PostgreSQL 14 to 18. `tables` that are not there are left out.
 */
export const readServerFigures = (p: { tables: readonly string[] }) =>
  sql<ServerFiguresRow>('monitoring.read-server-figures')`
  SELECT extract(epoch FROM pg_postmaster_start_time())::float8 AS "startedAtSeconds",
         s.active, s.idle, s.in_transaction AS "idleInTransaction", s.hidden, s.waiting AS "waitingForLock",
         current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
           - coalesce(current_setting('reserved_connections', true), '0')::int AS "connectionsLimit",
         s.longest AS "longestTransactionSeconds",
         d.xact_commit::float8 AS "commits", d.xact_rollback::float8 AS "rollbacks",
         d.blks_hit::float8 AS "blocksHit", d.blks_read::float8 AS "blocksRead",
         d.temp_bytes::float8 AS "tempBytes", d.deadlocks::float8 AS "deadlocks",
         w.xid_age AS "transactionIdAge", w.mxid_age AS "multixactIdAge",
         current_setting('autovacuum_freeze_max_age')::int AS "freezeMaxAge",
         r.replicas, r.lag AS "replicationLagBytes",
         l.slots AS "inactiveSlots", l.retained AS "inactiveSlotBytes",
         t.tables
    FROM (SELECT count(*) FILTER (WHERE a.state = 'active')::int AS active,
                 count(*) FILTER (WHERE a.state = 'idle')::int AS idle,
                 count(*) FILTER (WHERE a.state LIKE 'idle in transaction%')::int AS in_transaction,
                 count(*) FILTER (WHERE a.state IS NULL)::int AS hidden,
                 count(*) FILTER (WHERE a.wait_event_type = 'Lock')::int AS waiting,
                 coalesce(max(extract(epoch FROM clock_timestamp() - a.xact_start))
                            FILTER (WHERE a.pid <> pg_backend_pid()), 0)::float8 AS longest
            FROM pg_stat_activity a
           -- The kind of another role's session is told to roles that may read all statistics.
           WHERE a.backend_type = 'client backend' OR (a.backend_type IS NULL AND a.usesysid IS NOT NULL AND a.datid IS NOT NULL)) s
    JOIN pg_stat_database d ON d.datname = current_database()
   CROSS JOIN (SELECT max(age(b.datfrozenxid)) AS xid_age, max(mxid_age(b.datminmxid)) AS mxid_age
                 FROM pg_database b) w
   CROSS JOIN (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn) p
   CROSS JOIN LATERAL (SELECT count(*)::int AS replicas,
                              max(greatest(pg_wal_lsn_diff(p.lsn, n.replay_lsn), 0))::float8 AS lag
                         FROM pg_stat_replication n) r
   CROSS JOIN LATERAL (SELECT count(*)::int AS slots, max(pg_wal_lsn_diff(p.lsn, o.restart_lsn))::float8 AS retained
                         FROM pg_replication_slots o WHERE NOT o.active) l
   CROSS JOIN (SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'table', c.name,
                        'liveRows', pg_stat_get_live_tuples(c.oid),
                        'deadRows', pg_stat_get_dead_tuples(c.oid)) ORDER BY c.name), '[]') AS tables
                 FROM (SELECT n.name, to_regclass(quote_ident(n.name))::oid AS oid
                         FROM unnest(${p.tables}::text[]) AS n(name)) c
                WHERE c.oid IS NOT NULL) t`;
