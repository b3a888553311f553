import { sql } from '../../../../kernel/database/sql.js';

export interface ReplicaStateRow {
  inRecovery: boolean;
  /** Received and not replayed. */
  pendingBytes: number | null;
  /** Behind the primary's `position`; negative: it is beyond it by now. */
  lagBytes: number | null;
  /** Since the commit that it replayed last: also of a primary without commits. */
  lastReplayedSeconds: number | null;
  isReplayPaused: boolean;
  /** Of its WAL receiver; null: it has none, or it is not ours to see. */
  receiver: string | null;
}

/** Of the server that is asked; `position` is where the primary's log ended a moment ago. */
export const readReplicaState = (p: { position: string }) =>
  sql<ReplicaStateRow>('monitoring.read-replica-state')`
  SELECT pg_is_in_recovery() AS "inRecovery",
         pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::float8 AS "pendingBytes",
         pg_wal_lsn_diff(${p.position}::pg_lsn, pg_last_wal_replay_lsn())::float8 AS "lagBytes",
         extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS "lastReplayedSeconds",
         CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END AS "isReplayPaused",
         (SELECT w.status FROM pg_stat_wal_receiver w) AS "receiver"`;

export const readPosition = () => sql<{ position: string }>('monitoring.read-position')`
  SELECT pg_current_wal_lsn()::text AS "position"`;
