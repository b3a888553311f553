import { fragment } from './sql.js';

/** Why heavy work should not go on now; in terms of who, never of what they run. */
export interface Pressure {
  reason: string;
  remedy: string;
}

export interface PressureRow {
  kind: 'transaction' | 'prepared' | 'replica';
  pid: number | null;
  role: string | null;
  /** Of a prepared transaction its name. */
  application: string | null;
  /** Seconds, or bytes behind. */
  amount: number;
}

interface PressureLimits {
  transactionSeconds: number;
  replicationLagBytes: number;
}

// A transaction without backend_xid and backend_xmin holds nothing back; nor does VACUUM, although it shows an xmin.
/** Rows of rank, kind, pid, role, application and amount: what keeps dead rows or WAL for long, the oldest of each kind. */
export const heldBack = ({ transactionSeconds, replicationLagBytes }: PressureLimits) => fragment`
  (SELECT 1 AS rank, 'transaction' AS kind, a.pid, a.usename::text AS role, a.application_name AS application,
          extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS amount
     FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.leader_pid IS NULL
      AND a.backend_type <> 'autovacuum worker' AND (a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL)
      AND a.xact_start < clock_timestamp() - make_interval(secs => ${transactionSeconds}::float8)
      AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum v WHERE v.pid = a.pid)
    ORDER BY a.xact_start, a.pid LIMIT 1)
  UNION ALL
  (SELECT 2, 'prepared', NULL, p.owner::text, p.gid,
          extract(epoch FROM clock_timestamp() - p.prepared)::float8
     FROM pg_prepared_xacts p
    WHERE p.database = current_database()
      AND p.prepared < clock_timestamp() - make_interval(secs => ${transactionSeconds}::float8)
    ORDER BY p.prepared, p.gid LIMIT 1)
  UNION ALL
  (SELECT 3, 'replica', r.pid, r.usename::text, r.application_name,
          pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn)::float8
     FROM pg_stat_replication r
    WHERE r.replay_lsn IS NOT NULL
      AND pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn) > ${replicationLagBytes}::float8::numeric
    ORDER BY r.replay_lsn, r.pid LIMIT 1)`;

export function describePressure({ kind, pid, role, application, amount }: PressureRow): Pressure {
  const who = describeBackend({ pid, role, application });
  switch (kind) {
    case 'transaction':
      return {
        reason: `a transaction of ${who}, open for ${Math.round(amount)} s, keeps VACUUM from reclaiming rows`,
        remedy: terminate(pid),
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
  }
}

export const describeBackend = ({
  pid,
  role,
  application,
}: Pick<PressureRow, 'pid' | 'role' | 'application'>) =>
  `pid ${pid ?? 'unknown'} (user ${role ?? 'unknown'}, application "${application ?? ''}")`;

export const terminate = (pid: number | null) => `end it with SELECT pg_terminate_backend(${pid ?? 'pid'})`;

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024).toLocaleString('en-US')} MB`;
