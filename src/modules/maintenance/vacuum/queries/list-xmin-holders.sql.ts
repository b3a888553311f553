import { sql } from '../../../../kernel/database/sql.js';

export interface XminHolderRow {
  kind: 'session' | 'replication slot' | 'prepared transaction' | 'standby';
  /** A pid with its application's name, or the slot's, transaction's or standby's name. */
  name: string;
  /** Of a session, with when it started, RFC 3339: pids are used again. */
  pid: number | null;
  backendStart: string | null;
  /** Transactions since the one that it may still see. */
  age: number;
  /** Of a session or prepared transaction: since when. */
  seconds: number | null;
}

/**
 * Who may still see rows that are dead for all others, or ids that are not frozen, the oldest first; this session is left out,
 * VACUUM, whose snapshot holds nothing back, and sessions of other databases, which hold back the shared catalogs only.
 * A role without pg_read_all_stats is not shown the sessions of others.
 */
export const listXminHolders = (p: { limit: number }) => sql<XminHolderRow>('maintenance.list-xmin-holders')`
  SELECT h.kind, h.name, h.pid AS "pid", h.backend_start AS "backendStart", h.age::int AS "age", h.seconds::float8 AS "seconds"
    FROM (SELECT 'session' AS kind, format('%s (%s)', a.pid, coalesce(nullif(a.application_name, ''), a.backend_type)) AS name,
                 a.pid, a.backend_start,
                 greatest(age(a.backend_xmin), age(a.backend_xid)) AS age, extract(epoch FROM now() - a.xact_start) AS seconds
            FROM pg_stat_activity a
           WHERE (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL) AND a.pid <> pg_backend_pid()
             AND a.backend_type <> 'walsender' AND a.datname = current_database()
             AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum v WHERE v.pid = a.pid)
           UNION ALL
          SELECT 'replication slot', s.slot_name, NULL, NULL, greatest(age(s.xmin), age(s.catalog_xmin)), NULL
            FROM pg_replication_slots s WHERE s.xmin IS NOT NULL OR s.catalog_xmin IS NOT NULL
           UNION ALL
          SELECT 'prepared transaction', x.gid, NULL, NULL, age(x.transaction), extract(epoch FROM now() - x.prepared)
            FROM pg_prepared_xacts x WHERE x.database = current_database()
           UNION ALL
          SELECT 'standby', r.application_name, NULL, NULL, age(r.backend_xmin), NULL
            FROM pg_stat_replication r WHERE r.backend_xmin IS NOT NULL) h
   ORDER BY h.age DESC, h.name
   LIMIT ${p.limit}`;

export interface FreezeLimitsRow {
  /** From which age on VACUUM leaves out all but freezing, and no pace holds it. */
  failsafeAge: number;
  multixactFailsafeAge: number;
  /** Of the whole database, the oldest of its tables. */
  databaseAge: number;
  databaseMultixactAge: number;
}

export const readFreezeLimits = () => sql<FreezeLimitsRow>('maintenance.read-freeze-limits')`
  SELECT current_setting('vacuum_failsafe_age')::int AS "failsafeAge",
         current_setting('vacuum_multixact_failsafe_age')::int AS "multixactFailsafeAge",
         age(d.datfrozenxid) AS "databaseAge", mxid_age(d.datminmxid) AS "databaseMultixactAge"
    FROM pg_database d WHERE d.datname = current_database()`;
