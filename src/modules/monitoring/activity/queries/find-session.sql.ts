import { sql } from '../../../../kernel/database/sql.js';
import { sessionFacts, type SessionFacts } from './session-facts.js';

export interface SignalledSessionRow extends SessionFacts {
  /** It is the one that asks. */
  isItself: boolean;
  /** It holds the lock of one of our leader tasks or jobs. */
  isLeader: boolean;
  /** Of a superuser, or of none. */
  needsSuperuser: boolean;
  /** Its role is ours, or we may signal all. */
  maySignal: boolean;
}

/** `leaderLockClass`: of the advisory locks that our leaders hold. */
export const findSession = (p: { pid: number; leaderLockClass: number }) =>
  sql<SignalledSessionRow>('monitoring.find-session')`
  SELECT ${sessionFacts}, a.pid = pg_backend_pid() AS "isItself",
         EXISTS (SELECT FROM pg_locks l
                  WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
                    AND l.classid = ${p.leaderLockClass}::int4::oid
                    AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) AS "isLeader",
         coalesce(r.rolsuper, true) AS "needsSuperuser",
         coalesce(pg_has_role(a.usesysid, 'USAGE'), false) OR pg_has_role('pg_signal_backend', 'USAGE') AS "maySignal"
    FROM pg_stat_activity a
    LEFT JOIN pg_roles r ON r.oid = a.usesysid
   WHERE a.pid = ${p.pid}::int`;
