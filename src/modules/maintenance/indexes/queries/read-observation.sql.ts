import { sql } from '../../../../kernel/database/sql.js';

export interface ObservationRow {
  /** Since when this server counts scans. */
  since: string;
  hours: number;
  /** Servers that stream from it. */
  replicas: number;
}

/**
 * A crash loses the counters without a word in stats_reset of the database, but with one in that of the background writer.
 * Walsenders of a base backup or of pg_receivewal scan no index; logical ones serve another database.
 */
export const readObservation = () => sql<ObservationRow>('maintenance.read-observation')`
  SELECT o.since AS "since", extract(epoch FROM now() - o.since)::float8 / 3600 AS "hours",
         (SELECT count(*)::int FROM pg_stat_replication r
           WHERE coalesce(r.application_name, '') NOT IN ('pg_basebackup', 'pg_receivewal')
             AND NOT EXISTS (SELECT FROM pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_type = 'logical')
         ) AS "replicas"
    FROM (SELECT greatest(coalesce(d.stats_reset, pg_postmaster_start_time()), b.stats_reset) AS since
            FROM pg_stat_database d CROSS JOIN pg_stat_bgwriter b WHERE d.datname = current_database()) o`;
