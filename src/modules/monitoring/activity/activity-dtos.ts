import type {
  LongSessionRow,
  ProgressRow,
  SessionFacts,
  SlotRow,
  StandbyRow,
  WalCountersRow,
  WalSettingsRow,
} from './activity.reads.js';
import type { SessionDto } from './dto/activity-fields.js';
import type { ProgressDto } from './dto/progress.dto.js';
import type { ReplicationDto } from './dto/replication.dto.js';
import type { SessionsDto } from './dto/sessions.dto.js';
import type { WalDto } from './dto/wal.dto.js';
import { maskedText } from './masked-text.js';
import type { ConfiguredReplica } from './replicas.reads.js';

/** Of two that are read one after the other the later may be before the earlier. */
const notNegative = (figure: number | null) => (figure === null ? null : Math.max(0, figure));

export function sessionDto(row: SessionFacts): SessionDto {
  const query = maskedText(row.query);
  return {
    pid: row.pid,
    backend_start: row.backendStart,
    backend_type: row.backendType,
    user: row.user,
    database: row.database,
    application: row.application,
    client_address: row.clientAddress,
    state: row.state,
    wait_event_type: row.waitEventType,
    wait_event: row.waitEvent,
    transaction_seconds: notNegative(row.transactionSeconds),
    query_seconds: notNegative(row.querySeconds),
    state_seconds: notNegative(row.stateSeconds),
    xmin_age: row.xminAge,
    query: query?.text ?? null,
    label: query?.label ?? null,
  };
}

export const longSessionDto = (row: LongSessionRow): SessionsDto['sessions'][number] => ({
  ...sessionDto(row),
  is_long_transaction: row.isLongTransaction,
  is_idle_in_transaction: row.isIdleInTransaction,
  is_maintenance: row.isMaintenance,
});

export const progressDto = ({ backendType, ...row }: ProgressRow): ProgressDto['commands'][number] => ({
  ...row,
  seconds: notNegative(row.seconds),
  backend_type: backendType,
});

export const standbyDto = (row: StandbyRow): ReplicationDto['standbys'][number] => ({
  application: row.application,
  pid: row.pid,
  client_address: row.clientAddress,
  state: row.state,
  sync_state: row.syncState,
  sent_lag_bytes: notNegative(row.sentLagBytes),
  replay_lag_bytes: notNegative(row.replayLagBytes),
  replay_lag_seconds: row.replayLagSeconds,
  xmin_age: row.xminAge,
});

export const slotDto = (row: SlotRow): ReplicationDto['slots'][number] => ({
  slot: row.slot,
  type: row.type,
  database: row.database,
  active: row.isActive,
  active_pid: row.activePid,
  temporary: row.isTemporary,
  wal_status: row.walStatus,
  retained_bytes: notNegative(row.retainedBytes),
  safe_wal_bytes: row.safeWalBytes,
  xmin_age: row.xminAge,
  inactive_seconds: notNegative(row.inactiveSeconds),
  invalidation_reason: row.invalidationReason,
});

export const replicaDto = ({ address, state }: ConfiguredReplica): ReplicationDto['replicas'][number] => ({
  address,
  answers: state !== null,
  in_recovery: state?.inRecovery ?? null,
  lag_bytes: notNegative(state?.lagBytes ?? null),
  pending_bytes: notNegative(state?.pendingBytes ?? null),
  last_replayed_seconds: notNegative(state?.lastReplayedSeconds ?? null),
  replay_paused: state?.isReplayPaused ?? null,
  receiver: state?.receiver ?? null,
});

export function walDto(row: WalCountersRow, settings: WalSettingsRow): Pick<WalDto, 'checkpoints' | 'wal'> {
  const all = row.timed + row.requested;
  return {
    checkpoints: {
      since: row.checkpointsSince,
      timed: row.timed,
      requested: row.requested,
      requested_ratio: all === 0 ? null : row.requested / all,
      write_ms: row.checkpointWriteMs,
      sync_ms: row.checkpointSyncMs,
      buffers: row.checkpointBuffers,
      background_buffers: row.backgroundBuffers,
      backend_buffers: row.backendBuffers,
      backend_fsyncs: row.backendFsyncs,
      timeout_seconds: settings.checkpointTimeoutSeconds,
      max_wal_bytes: settings.maxWalBytes,
    },
    wal: {
      since: row.walSince,
      level: settings.walLevel,
      records: row.walRecords,
      full_page_images: row.walFullPageImages,
      bytes: row.walBytes,
      buffers_full: row.walBuffersFull,
      writes: row.walWrites,
      syncs: row.walSyncs,
    },
  };
}
