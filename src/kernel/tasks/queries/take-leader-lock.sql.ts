import { sql } from '../../database/sql.js';

export interface LeaderLock {
  readonly classId: number;
  readonly objectId: number;
  /** Of this session alone. */
  readonly marker: string;
}

/** Takes the lock if it is free, and marks the session as its holder; never waits. */
export const takeLeaderLock = ({ classId, objectId, marker }: LeaderLock) =>
  sql<{ held: boolean }>('tasks.take-leader-lock')`
  SELECT CASE WHEN pg_try_advisory_lock(${classId}::int4, ${objectId}::int4)
              THEN set_config('ethhook_admin.leader', ${marker}, false) IS NOT NULL
              ELSE false END AS "held"`;
