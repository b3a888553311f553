import { fragment, sql } from '../../../../kernel/database/sql.js';

/** Counted since the resets. */
export interface WalCountersRow {
  timed: number;
  requested: number;
  /** Restartpoints and the like left out; 17 and later count those too that had nothing to do. */
  checkpointWriteMs: number;
  checkpointSyncMs: number;
  checkpointBuffers: number;
  backgroundBuffers: number;
  /** Written by sessions themselves; from 17 on needs no right either. */
  backendBuffers: number;
  backendFsyncs: number;
  checkpointsSince: string | null;
  walRecords: number;
  walFullPageImages: number;
  walBytes: number;
  walBuffersFull: number;
  walWrites: number;
  walSyncs: number;
  walSince: string | null;
}

const beforeSeventeen = fragment`
         b.checkpoints_timed::float8 AS "timed", b.checkpoints_req::float8 AS "requested",
         b.checkpoint_write_time AS "checkpointWriteMs", b.checkpoint_sync_time AS "checkpointSyncMs",
         b.buffers_checkpoint::float8 AS "checkpointBuffers", b.buffers_clean::float8 AS "backgroundBuffers",
         b.buffers_backend::float8 AS "backendBuffers", b.buffers_backend_fsync::float8 AS "backendFsyncs",
         b.stats_reset AS "checkpointsSince"`;
const fromSeventeen = fragment`
         c.num_timed::float8 AS "timed", c.num_requested::float8 AS "requested",
         c.write_time AS "checkpointWriteMs", c.sync_time AS "checkpointSyncMs",
         c.buffers_written::float8 AS "checkpointBuffers", b.buffers_clean::float8 AS "backgroundBuffers",
         i."backendBuffers", i."backendFsyncs", c.stats_reset AS "checkpointsSince"`;
const sessionWrites = fragment`
         (SELECT coalesce(sum(o.writes), 0)::float8 AS "backendBuffers", coalesce(sum(o.fsyncs), 0)::float8 AS "backendFsyncs"
            FROM pg_stat_io o WHERE o.object = 'relation' AND o.backend_type NOT IN ('checkpointer', 'background writer')) i`;
const walWritesOfView = fragment`w.wal_write::float8 AS "walWrites", w.wal_sync::float8 AS "walSyncs"`;
const walWritesOfIo = fragment`
         (SELECT coalesce(sum(o.writes), 0)::float8 FROM pg_stat_io o WHERE o.object = 'wal') AS "walWrites",
         (SELECT coalesce(sum(o.fsyncs), 0)::float8 FROM pg_stat_io o WHERE o.object = 'wal') AS "walSyncs"`;

/** Checkpoints moved to a view of their own in 17, and the writes of WAL to pg_stat_io in 18. */
export const readWalCounters = ({ major }: { major: number }) =>
  sql<WalCountersRow>('monitoring.read-wal-counters')`
  SELECT ${major < 17 ? beforeSeventeen : fromSeventeen},
         w.wal_records::float8 AS "walRecords", w.wal_fpi::float8 AS "walFullPageImages", w.wal_bytes::float8 AS "walBytes",
         w.wal_buffers_full::float8 AS "walBuffersFull", ${major < 18 ? walWritesOfView : walWritesOfIo},
         w.stats_reset AS "walSince"
    FROM pg_stat_bgwriter b
   CROSS JOIN pg_stat_wal w
    ${major < 17 ? fragment`` : fragment`CROSS JOIN pg_stat_checkpointer c CROSS JOIN ${sessionWrites}`}`;

export interface WalSettingsRow {
  walLevel: string;
  maxWalBytes: number;
  checkpointTimeoutSeconds: number;
}

export const readWalSettings = () => sql<WalSettingsRow>('monitoring.read-wal-settings')`
  SELECT current_setting('wal_level') AS "walLevel", pg_size_bytes(current_setting('max_wal_size'))::float8 AS "maxWalBytes",
         extract(epoch FROM current_setting('checkpoint_timeout')::interval)::float8 AS "checkpointTimeoutSeconds"`;
