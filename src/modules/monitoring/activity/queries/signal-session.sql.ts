import { fragment, sql } from '../../../../kernel/database/sql.js';

export type SessionSignal = 'cancel' | 'terminate';

/** Reaches the very session that started then, and no other that has its pid by now. No row: it is gone. */
export const signalSession = (p: { pid: number; backendStart: string; signal: SessionSignal }) =>
  sql<{ sent: boolean }>('monitoring.signal-session')`
  SELECT ${p.signal === 'cancel' ? fragment`pg_cancel_backend(a.pid)` : fragment`pg_terminate_backend(a.pid)`} AS "sent"
    FROM pg_stat_activity a
   WHERE a.pid = ${p.pid}::int AND a.backend_start = ${p.backendStart}::timestamptz`;
