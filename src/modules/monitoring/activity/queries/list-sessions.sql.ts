import { fragment, sql } from '../../../../kernel/database/sql.js';
import { isClient, sessionFacts, type SessionFacts } from './session-facts.js';

export interface SessionBounds {
  /** A transaction open for as long. */
  transactionSeconds: number;
  /** Idle in it for as long. */
  idleInTransactionSeconds: number;
}

export interface LongSessionRow extends SessionFacts {
  isIdleInTransaction: boolean;
  isLongTransaction: boolean;
  /** VACUUM, which shows a snapshot that holds nothing back, or another command that maintenance runs for long. */
  isMaintenance: boolean;
  /** Of all, before the limit. */
  total: number;
}

const isIdle = (
  seconds: number,
) => fragment`(a.state IN ('idle in transaction', 'idle in transaction (aborted)')
          AND clock_timestamp() - a.state_change >= make_interval(secs => ${seconds}::float8))`;
const isLong = (seconds: number) => fragment`(
          clock_timestamp() - a.xact_start >= make_interval(secs => ${seconds}::float8))`;

/** Clients in a transaction beyond either bound, the oldest transaction first. */
export const listSessions = (p: SessionBounds & { limit: number; offset: number }) =>
  sql<LongSessionRow>('monitoring.list-sessions')`
  SELECT ${sessionFacts},
         coalesce(${isIdle(p.idleInTransactionSeconds)}, false) AS "isIdleInTransaction",
         coalesce(${isLong(p.transactionSeconds)}, false) AS "isLongTransaction",
         EXISTS (SELECT FROM pg_stat_progress_vacuum v WHERE v.pid = a.pid)
           OR EXISTS (SELECT FROM pg_stat_progress_analyze n WHERE n.pid = a.pid)
           OR EXISTS (SELECT FROM pg_stat_progress_create_index i WHERE i.pid = a.pid)
           OR EXISTS (SELECT FROM pg_stat_progress_cluster u WHERE u.pid = a.pid) AS "isMaintenance",
         count(*) OVER ()::int AS "total"
    FROM pg_stat_activity a
   WHERE ${isClient} AND a.pid <> pg_backend_pid()
     AND (${isIdle(p.idleInTransactionSeconds)} OR ${isLong(p.transactionSeconds)})
   ORDER BY a.xact_start, a.pid
   LIMIT ${p.limit} OFFSET ${p.offset}`;
