import type { QueryRunner } from 'typeorm';
import {
  describeBackend,
  describePressure,
  heldBack,
  terminate,
  type Pressure,
  type PressureRow,
} from '../../database/pressure.js';
import { sql } from '../../database/sql.js';
import { rowsOf } from './rows.js';
import type { BackfillSettings } from '../settings.js';

export type { Pressure };

type Limits = Pick<BackfillSettings, 'maxReplicationLagBytes' | 'maxTransactionAgeMs' | 'maxLockWaiters'>;

type FoundRow = PressureRow | (Omit<PressureRow, 'kind'> & { kind: 'waiters' });

/** The first of what holds a backfill up, or null. Reads catalogs and shared memory only: 1 to 2 ms. */
export async function readPressure(
  runner: QueryRunner,
  table: string,
  limits: Limits,
): Promise<Pressure | null> {
  const { text, values } = findPressure(table, limits);
  const [row] = await rowsOf<FoundRow>(runner, text, values);
  if (row === undefined) return null;
  if (row.kind !== 'waiters') return describePressure(row);
  const { amount, pid } = row;
  return {
    reason: `${amount} ${amount === 1 ? 'session waits' : 'sessions wait'} for locks on ${table}, held by ${describeBackend(row)}`,
    remedy: terminate(pid),
  };
}

// Who waits for a row holds the lock on that tuple meanwhile, and waits for the transaction that changed it.
const findPressure = (table: string, limits: Limits) => sql<FoundRow>('backfill.find-pressure')`
WITH held AS MATERIALIZED (
  SELECT l.pid, l.locktype, l.granted,
         l.locktype IN ('relation', 'tuple') AND l.relation = ${table}::text::regclass
           AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) AS on_table
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
found AS (${heldBack({
  transactionSeconds: limits.maxTransactionAgeMs / 1000,
  replicationLagBytes: limits.maxReplicationLagBytes,
})}
  UNION ALL
  (SELECT 4, 'waiters', b.pid, a.usename::text, a.application_name, b.waiters::float8
     FROM blocker b LEFT JOIN pg_stat_activity a ON a.pid = b.pid
    WHERE b.waiters > ${limits.maxLockWaiters}::int)
)
SELECT f.kind, f.pid, f.role, f.application, f.amount FROM found f ORDER BY f.rank LIMIT 1`;

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
