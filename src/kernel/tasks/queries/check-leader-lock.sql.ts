import { sql } from '../../database/sql.js';
import type { LeaderLock } from './take-leader-lock.sql.js';

/**
 * Whether this statement runs in the very session that took the lock. Behind a pooler in transaction mode it may not:
 * there another backend has no lock, and one that is shared with another instance, in which the lock can be taken
 * twice, has its marker.
 */
export const checkLeaderLock = ({ classId, objectId, marker }: LeaderLock) =>
  sql<{ held: boolean }>('tasks.check-leader-lock')`
  SELECT coalesce(current_setting('ethhook_admin.leader', true) = ${marker}, false)
         AND EXISTS (SELECT FROM pg_locks l
                      WHERE l.locktype = 'advisory' AND l.pid = pg_backend_pid() AND l.granted AND l.objsubid = 2
                        AND l.classid = ${classId}::int4::oid AND l.objid = ${objectId}::int4::oid) AS "held"`;
