import { sql } from '../../database/sql.js';
import type { CommandOptions } from '../job.js';

/**
 * For a command outside of transactions. Without a time-out of its own it is bounded by its run's. It builds indexes on one
 * core: the others are the traffic's.
 */
export const boundCommand = ({ lockTimeoutMs, timeoutMs = 0 }: CommandOptions) =>
  sql<never>('tasks.bound-command')`
  SELECT set_config('lock_timeout', ${String(lockTimeoutMs)}, false),
         set_config('statement_timeout', ${String(timeoutMs)}, false),
         set_config('max_parallel_maintenance_workers', '0', false)`;
