import type {
  NewStatementsDto,
  PlanChangesDto,
  RegressedStatementsDto,
  SlowStatementsDto,
  StatementDto,
  StatementErrorsDto,
  StatementPlanDto,
} from './statements.dto.js';

const about = {
  as_of: '2026-01-03T03:04:05.123456Z',
  from: '2026-01-02T03:04:05.123456Z',
  until: '2026-01-03T03:04:05.123456Z',
  limits: ['Statements of other roles are not seen by ethhook: GRANT pg_read_all_stats TO "ethhook";'],
};
const naming = {
  queryid: '-6883219104827093481',
  label: 'events.list-events',
  text: 'SELECT /* events.list-events */ e.id FROM events e WHERE e.user_id = $1',
};
const figures = {
  ...{ calls: 1200, rows: 60_000, total_ms: 1_500_000, mean_ms: 1250, max_ms: 4100.5, plan_ms: 0 },
  ...{ blocks_hit: 4_800_000, blocks_read: 1200, blocks_dirtied: 0, blocks_written: 0 },
  ...{ temp_blocks_read: 0, temp_blocks_written: 0, io_ms: 90.25, wal_bytes: 0 },
};
const shape = { fingerprint: '9f86d081884c7d65', cost: 8.44, indexes: ['public.events_pkey'] };
const plan = { ...shape, plan: { 'Node Type': 'Index Scan', 'Index Name': 'events_pkey' } };
const slowStatement = {
  ...{ ...naming, is_toplevel: true, roles: ['ethhook'], time_share: 0.4, ...figures },
  ...{ timeouts: 3, lock_timeouts: 0, deadlocks: 0 },
};
const error = {
  ...{ label: naming.label, error: 'statement_timeout' as const, count: 3 },
  last_at: '2026-01-03T02:00:00Z',
};
const planChange = {
  ...{ queryid: naming.queryid, label: naming.label, ...plan, seen_at: '2026-01-02T14:00:00Z' },
  previous: { ...plan, fingerprint: '2c26b46b68ffc68f', seen_at: '2026-01-01T14:00:00Z' },
  lost_indexes: [],
};

export const slow: SlowStatementsDto = { ...about, statements: [slowStatement], failed: [error] };
export const regressed: RegressedStatementsDto = {
  ...{ ...about, baseline_from: '2025-12-26T03:04:05.123Z', baseline_until: about.from },
  statements: [
    {
      ...{ ...naming, is_toplevel: true, calls: 1200, mean_ms: 1250 },
      ...{ baseline_calls: 9000, baseline_mean_ms: 2.5, ratio: 500, lost_ms: 1_497_000 },
    },
  ],
};
export const fresh: NewStatementsDto = {
  ...about,
  statements: [{ ...naming, first_seen_at: '2026-01-02T14:00:00Z', ...figures }],
};
export const errors: StatementErrorsDto = { ...about, deadlocks: 0, errors: [error] };
export const planChanges: PlanChangesDto = { ...about, changes: [planChange] };
export const statement: StatementDto = {
  ...{ ...about, ...naming, kind: 'plannable', is_masked: false, is_truncated: false },
  ...{ first_seen_at: null, is_gone: false, totals: [slowStatement], step_seconds: 300 },
  series: [{ at: '2026-01-02T14:00:00Z', ...figures }],
  plans: [planChange],
};
export const plannedNow: StatementPlanDto = {
  ...{ as_of: about.as_of, limits: [], queryid: naming.queryid, ...plan },
};
