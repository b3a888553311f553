import type { QueryRunner } from 'typeorm';
import { rowsOf } from './rows.js';
import type { BackfillSettings } from '../settings.js';

type Limits = Pick<BackfillSettings, 'maxReplicationLagBytes' | 'maxTransactionAgeMs' | 'maxLockWaiters'>;

/** Why a backfill should not go on now; in terms of who, never of what they run. */
export interface Pressure {
  reason: string;
  remedy: string;
}

interface PressureRow {
  kind: 'transaction' | 'prepared' | 'replica' | 'waiters';
  pid: number | null;
  role: string | null;
  application: string | null;
  /** Seconds, bytes behind, or sessions that wait. */
  amount: number;
}

/** The first of what holds a backfill up, or null. Reads catalogs and shared memory only: 1 to 2 ms. */
export async function readPressure(
  runner: QueryRunner,
  table: string,
  limits: Limits,
): Promise<Pressure | null> {
  const [row] = await rowsOf<PressureRow>(runner, pressureQuery, [
    table,
    limits.maxTransactionAgeMs / 1000,
    limits.maxReplicationLagBytes,
    limits.maxLockWaiters,
  ]);
  return row === undefined ? null : describe(row, table);
}

// A transaction without backend_xid and backend_xmin holds nothing back; nor does VACUUM, although it shows an xmin.
// Who waits for a row holds the lock on that tuple meanwhile, and waits for the transaction that changed it.
const pressureQuery = `
WITH here AS (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()),
held AS MATERIALIZED (
  SELECT l.pid, l.locktype, l.granted,
         l.locktype IN ('relation', 'tuple') AND l.relation = $1::text::regclass
           AND l.database = (SELECT here.oid FROM here) AS on_table
    FROM pg_locks l WHERE l.pid <> pg_backend_pid()
),
waiting AS (
  SELECT DISTINCT w.pid FROM held w
   WHERE NOT w.granted
     AND (w.on_table OR w.locktype = 'transactionid'
          AND EXISTS (SELECT FROM held h WHERE h.pid = w.pid AND h.on_table AND h.granted AND h.locktype = 'tuple'))
),
blocker AS (
  SELECT count(*) OVER () AS waiters, (pg_blocking_pids(w.pid))[1] AS pid FROM waiting w ORDER BY w.pid LIMIT 1
),
found AS (
  (SELECT 1 AS rank, 'transaction' AS kind, a.pid, a.usename::text AS role, a.application_name AS application,
          extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS amount
     FROM pg_stat_activity a
    WHERE a.datid = (SELECT here.oid FROM here) AND a.pid <> pg_backend_pid() AND a.leader_pid IS NULL
      AND a.backend_type <> 'autovacuum worker' AND (a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL)
      AND a.xact_start < clock_timestamp() - make_interval(secs => $2::float8)
      AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum v WHERE v.pid = a.pid)
    ORDER BY a.xact_start, a.pid LIMIT 1)
  UNION ALL
  (SELECT 2, 'prepared', NULL, p.owner::text, p.gid,
          extract(epoch FROM clock_timestamp() - p.prepared)::float8
     FROM pg_prepared_xacts p
    WHERE p.database = current_database()
      AND p.prepared < clock_timestamp() - make_interval(secs => $2::float8)
    ORDER BY p.prepared, p.gid LIMIT 1)
  UNION ALL
  (SELECT 3, 'replica', r.pid, r.usename::text, r.application_name,
          pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn)::float8
     FROM pg_stat_replication r
    WHERE r.replay_lsn IS NOT NULL AND pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn) > $3::float8::numeric
    ORDER BY r.replay_lsn, r.pid LIMIT 1)
  UNION ALL
  (SELECT 4, 'waiters', b.pid, a.usename::text, a.application_name, b.waiters::float8
     FROM blocker b LEFT JOIN pg_stat_activity a ON a.pid = b.pid
    WHERE b.waiters > $4::int)
)
SELECT f.kind, f.pid, f.role, f.application, f.amount FROM found f ORDER BY f.rank LIMIT 1`;

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024).toLocaleString('en-US')} MB`;

function describe({ kind, pid, role, application, amount }: PressureRow, table: string): Pressure {
  const who = `pid ${pid ?? 'unknown'} (user ${role ?? 'unknown'}, application "${application ?? ''}")`;
  const terminate = `end it with SELECT pg_terminate_backend(${pid ?? 'pid'})`;
  switch (kind) {
    case 'transaction':
      return {
        reason: `a transaction of ${who}, open for ${Math.round(amount)} s, keeps VACUUM from reclaiming rows`,
        remedy: terminate,
      };
    case 'prepared':
      return {
        reason: `the prepared transaction "${application}" of user ${role}, ${Math.round(amount)} s old, keeps VACUUM from reclaiming rows`,
        remedy: `end it with COMMIT PREPARED or ROLLBACK PREPARED`,
      };
    case 'replica':
      return {
        reason: `the replica of ${who} is ${megabytes(amount)} of WAL behind`,
        remedy: 'let it catch up or take it off',
      };
    case 'waiters':
      return {
        reason: `${amount} ${amount === 1 ? 'session waits' : 'sessions wait'} for locks on ${table}, held by ${who}`,
        remedy: terminate,
      };
  }
}

/** A sentence when this role cannot see how old other roles' transactions are, or how far replicas; else null. */
export async function blindSpot(runner: QueryRunner): Promise<string | null> {
  const [row] = await rowsOf<{ role: string }>(
    runner,
    `SELECT current_user::text AS "role" WHERE NOT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')`,
  );
  return row === undefined
    ? null
    : `cannot see other roles' transactions and replicas, so they do not pause it: GRANT pg_read_all_stats TO "${row.role}"`;
}
