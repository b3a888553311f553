import { sql } from '../../../../kernel/database/sql.js';

export interface StandbyRow {
  application: string;
  pid: number;
  clientAddress: string | null;
  /** null: not ours to see. */
  state: string | null;
  syncState: string | null;
  /** What it has not sent to, and not replayed of, what the primary has written. */
  sentLagBytes: number | null;
  replayLagBytes: number | null;
  /** As last reported; null also where all is replayed and nothing new has come. */
  replayLagSeconds: number | null;
  /** Transactions that its queries hold back, by hot_standby_feedback. */
  xminAge: number | null;
}

/** Who streams from this server, the furthest behind first; base backups are not of them. */
export const listStandbys = (p: { limit: number }) => sql<StandbyRow>('monitoring.list-standbys')`
  SELECT coalesce(nullif(r.application_name, ''), 'walreceiver') AS "application", r.pid AS "pid", host(r.client_addr) AS "clientAddress",
         r.state AS "state", r.sync_state AS "syncState",
         pg_wal_lsn_diff(pg_current_wal_lsn(), r.sent_lsn)::float8 AS "sentLagBytes",
         pg_wal_lsn_diff(pg_current_wal_lsn(), r.replay_lsn)::float8 AS "replayLagBytes",
         extract(epoch FROM r.replay_lag)::float8 AS "replayLagSeconds", age(r.backend_xmin) AS "xminAge"
    FROM pg_stat_replication r
   WHERE r.state IS DISTINCT FROM 'backup'
   ORDER BY r.replay_lsn, r.application_name, r.pid
   LIMIT ${p.limit}`;
