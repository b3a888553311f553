import { sql } from '../../../../kernel/database/sql.js';

/** Of this transaction. */
export const setLockTimeout = (p: { ms: number }) => sql<never>('monitoring.set-lock-timeout')`
  SELECT set_config('lock_timeout', ${String(p.ms)}, true)`;
