import { fragment } from './sql.js';

/**
 * Relations of this database that somebody has locked against all, or waits to: even a look at their size would wait. For
 * `oid IN (…)`, which asks once for all rows.
 */
export const lockedRelations = fragment`
  SELECT l.relation FROM pg_locks l
   WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid <> pg_backend_pid()
     AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`;
