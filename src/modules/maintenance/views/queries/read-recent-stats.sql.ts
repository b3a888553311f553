import { sql } from '../../../../kernel/database/sql.js';

export interface RecentStatsRow {
  owner: string;
  isPopulated: boolean;
  /** REFRESH … CONCURRENTLY asks for a unique index over all rows. */
  hasUniqueIndex: boolean;
  /** Of the owner, and from PostgreSQL 17 on of who has MAINTAIN. */
  mayRefresh: boolean;
  isBeingRefreshed: boolean;
  sizeBytes: string;
}

/** No row when there is no such view. Of plain reads a refresh keeps out none, so these locks are another refresh's. */
export const readRecentStats = () => sql<RecentStatsRow>('maintenance.read-recent-stats')`
  SELECT pg_get_userbyid(c.relowner) AS "owner", c.relispopulated AS "isPopulated",
         EXISTS (SELECT FROM pg_index i
                  WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL)
           AS "hasUniqueIndex",
         pg_has_role(c.relowner, 'USAGE')
           OR CASE WHEN current_setting('server_version_num')::int >= 170000
                   THEN has_table_privilege(c.oid, 'MAINTAIN') ELSE false END AS "mayRefresh",
         EXISTS (SELECT FROM pg_locks l
                   JOIN pg_database d ON d.oid = l.database
                  WHERE d.datname = current_database() AND l.locktype = 'relation' AND l.relation = c.oid
                    AND l.mode IN ('ExclusiveLock', 'AccessExclusiveLock') AND l.pid IS DISTINCT FROM pg_backend_pid())
           AS "isBeingRefreshed",
         pg_total_relation_size(c.oid) AS "sizeBytes"
    FROM pg_class c
   WHERE c.oid = to_regclass('public.user_recent_stats') AND c.relkind = 'm'`;
