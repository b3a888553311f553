import { countedStates } from '../../../kernel/database/statement-errors.js';
import type { SlowStatementsDto, StatementErrorsDto, StatementDto } from './dto/statements.dto.js';
import type {
  StatementErrorRow,
  StatementPlanRow,
  StatementPointRow,
  StatementRow,
} from './statements.read-model.js';

type Figures = Omit<StatementDto['series'][number], 'at'>;

export const figuresOf = (row: Omit<StatementPointRow, 'at'>): Figures => ({
  calls: row.calls,
  rows: row.rows,
  total_ms: row.execMs,
  mean_ms: row.meanMs,
  max_ms: row.maxMs,
  plan_ms: row.planMs,
  blocks_hit: row.blocksHit,
  blocks_read: row.blocksRead,
  blocks_dirtied: row.blocksDirtied,
  blocks_written: row.blocksWritten,
  temp_blocks_read: row.tempRead,
  temp_blocks_written: row.tempWritten,
  io_ms: row.ioMs,
  wal_bytes: row.walBytes,
});

export const statementOf = (row: StatementRow): SlowStatementsDto['statements'][number] => ({
  queryid: row.queryid,
  label: row.label,
  text: row.text,
  is_toplevel: row.isToplevel,
  roles: row.roles,
  time_share: row.timeShare,
  ...figuresOf(row),
  timeouts: row.timeouts,
  lock_timeouts: row.lockTimeouts,
  deadlocks: row.deadlocks,
});

export const errorOf = (row: StatementErrorRow): StatementErrorsDto['errors'][number] => ({
  label: row.label,
  error: countedStates[row.sqlstate],
  count: row.count,
  last_at: row.lastAt,
});

export const planOf = ({ queryid, label, previous, lostIndexes, ...row }: StatementPlanRow) => ({
  queryid,
  label,
  ...knownPlanOf(row),
  previous: previous === null ? null : knownPlanOf(previous),
  lost_indexes: lostIndexes,
});

type KnownPlan = Pick<StatementPlanRow, 'fingerprint' | 'cost' | 'indexes' | 'plan' | 'seenAt'>;

const knownPlanOf = ({ fingerprint, cost, indexes, plan, seenAt }: KnownPlan) => ({
  ...{ fingerprint, cost, indexes, plan },
  seen_at: seenAt,
});
