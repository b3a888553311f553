import { sql } from '../../../kernel/database/sql.js';

/** Of this transaction: how long each of its statements waits for a lock, before it fails with lock_timeout. */
export const setLockTimeout = (p: { ms: number }) => sql<object>('maintenance.set-lock-timeout')`
  SELECT set_config('lock_timeout', ${String(p.ms)}, true)`;
