import { sql } from '../../../../kernel/database/sql.js';
import { sessionFacts, type SessionFacts } from './session-facts.js';

export interface LockWaitRow {
  pid: number;
  /** Who keeps it waiting; 0: a prepared transaction. Also who waits in the queue before it, for a lock that conflicts. */
  blockedBy: number[];
  mode: string;
  /** As pg_locks has it: relation, transactionid, tuple, … */
  lockType: string;
  /** Quoted where it has to be; null: of another database, or no relation's. */
  relation: string | null;
  /** 0 in the moment in which it begins to wait. */
  waitSeconds: number;
  /** What its blockers hold of the very thing; who is not in it waits for it too, before this one. */
  held: { pid: number; mode: string }[];
  /** Prepared transactions that hold it. */
  prepared: { name: string; mode: string; seconds: number }[];
}

/**
 * Sessions that wait for a lock, the longest first. For a row PostgreSQL has the second waiter wait for the tuple, the first
 * one for the transaction; the relation is the tuple's.
 */
export const listLockWaits = (p: { limit: number }) => sql<LockWaitRow>('monitoring.list-lock-waits')`
  WITH locks AS MATERIALIZED (SELECT l.* FROM pg_locks l),
  waits AS MATERIALIZED (
    SELECT l.*, pg_blocking_pids(l.pid) AS blockers
      FROM locks l WHERE NOT l.granted AND l.pid IS NOT NULL
     ORDER BY l.waitstart, l.pid LIMIT ${p.limit}
  ),
  same AS (
    SELECT w.pid AS waiter, h.pid, h.mode, h.virtualtransaction
      FROM waits w
      JOIN locks h ON h.granted AND h.locktype = w.locktype AND h.pid IS DISTINCT FROM w.pid
       AND ROW(h.database, h.relation, h.page, h.tuple, h.virtualxid, h.transactionid, h.classid, h.objid, h.objsubid)
           IS NOT DISTINCT FROM
           ROW(w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid, w.classid, w.objid, w.objsubid)
  )
  SELECT w.pid AS "pid", w.blockers AS "blockedBy", w.mode AS "mode", w.locktype AS "lockType",
         (SELECT c.oid::regclass::text FROM pg_class c
           WHERE c.oid = coalesce(w.relation, (SELECT t.relation FROM locks t WHERE t.pid = w.pid AND t.locktype = 'tuple' LIMIT 1))
             AND coalesce(w.database, d.oid) IN (0, d.oid)) AS "relation",
         coalesce(extract(epoch FROM clock_timestamp() - w.waitstart), 0)::float8 AS "waitSeconds",
         (SELECT coalesce(jsonb_agg(jsonb_build_object('pid', s.pid, 'mode', s.mode) ORDER BY s.pid, s.mode), '[]')
            FROM same s WHERE s.waiter = w.pid AND s.pid = ANY (w.blockers)) AS "held",
         (SELECT coalesce(jsonb_agg(jsonb_build_object('name', x.gid, 'mode', s.mode,
                                      'seconds', extract(epoch FROM clock_timestamp() - x.prepared)) ORDER BY x.gid, s.mode), '[]')
            FROM same s
            -- It holds its own id too, and shares nothing else with the session that has prepared it.
            JOIN locks o ON o.pid IS NULL AND o.locktype = 'transactionid' AND o.virtualtransaction = s.virtualtransaction
            JOIN pg_prepared_xacts x ON x.transaction = o.transactionid
           WHERE s.waiter = w.pid AND s.pid IS NULL AND 0 = ANY (w.blockers)) AS "prepared"
    FROM waits w
    JOIN pg_database d ON d.datname = current_database()
   ORDER BY w.waitstart, w.pid`;

export const listSessionsOf = (p: { pids: readonly number[] }) =>
  sql<SessionFacts>('monitoring.list-sessions-of')`
  SELECT ${sessionFacts} FROM pg_stat_activity a WHERE a.pid = ANY (${p.pids}::int[])`;
