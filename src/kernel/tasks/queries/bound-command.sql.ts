import { sql } from '../../database/sql.js';

/** For a command outside of transactions. It is bounded by its run's time-out. */
export const boundCommand = (lockTimeoutMs: number) => sql<never>('tasks.bound-command')`
  SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, false), set_config('statement_timeout', '0', false)`;
