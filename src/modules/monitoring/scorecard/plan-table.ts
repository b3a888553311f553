import { latency, memoryBytes, type Measured, type Measurements } from './measures.js';
import { figures, type Baseline, type FigureName } from './figures.js';
import { DASHBOARD, EVENTS, SERIES, stateOf, type State } from './targets.js';

interface PlanRow {
  readonly figure: FigureName;
  /** As the plan has it. */
  readonly afterPhase1: string;
  readonly afterPhases2And3: string;
  readonly expected: { readonly rule: 'below' | 'at_most' | 'at_least'; readonly bound: number };
}

/** The plan's table of expected improvements. */
const planRows: readonly PlanRow[] = [
  {
    figure: 'dashboard_ms',
    afterPhase1: '10-30s',
    afterPhases2And3: '<1s',
    expected: { rule: 'below', bound: 1000 },
  },
  {
    figure: 'event_listing_ms',
    afterPhase1: '5-10s',
    afterPhases2And3: '<500ms',
    expected: { rule: 'below', bound: 500 },
  },
  {
    figure: 'time_series_ms',
    afterPhase1: '5-15s',
    afterPhases2And3: '<2s',
    expected: { rule: 'below', bound: 2000 },
  },
  {
    figure: 'database_size_bytes',
    afterPhase1: '6GB (dropped indexes)',
    afterPhases2And3: '7.5GB (with aggregates)',
    expected: { rule: 'at_most', bound: 7.5e9 },
  },
  {
    figure: 'memory_bytes',
    afterPhase1: '6.5GB/7.8GB',
    afterPhases2And3: '6GB/7.8GB',
    expected: { rule: 'at_most', bound: 6e9 },
  },
  {
    figure: 'queries_per_second',
    afterPhase1: '~20-30 qps',
    afterPhases2And3: '~200-500 qps',
    expected: { rule: 'at_least', bound: 200 },
  },
];

export interface PlanTableRow extends PlanRow {
  readonly before: Baseline[FigureName];
  /** From half of the requests to 99 % of them; else the same twice. */
  readonly low: number | null;
  readonly high: number | null;
  readonly samples: number;
  readonly reason: string | null;
  readonly state: State;
  /** How much less it is than before, at the least; of throughput how much more. */
  readonly timesBetter: number | null;
}

export function planTable(
  measurements: Measurements,
  databaseSizeBytes: number,
  baseline: Baseline,
): PlanTableRow[] {
  return planRows.map((row) => {
    const { low, high } = measure(row.figure, measurements, databaseSizeBytes);
    const before = baseline[row.figure];
    const better = low.value === null || high.value === null ? null : { low: low.value, high: high.value };
    return {
      ...row,
      before,
      low: low.value,
      high: high.value,
      samples: high.samples,
      reason: high.reason,
      state: verdict(row, high.value),
      timesBetter: better && before ? timesBetter(row.figure, before, better) : null,
    };
  });
}

const routesOf: Partial<Record<FigureName, readonly string[]>> = {
  dashboard_ms: DASHBOARD,
  event_listing_ms: EVENTS,
  time_series_ms: SERIES,
};

function measure(
  figure: FigureName,
  measurements: Measurements,
  databaseSizeBytes: number,
): { low: Measured; high: Measured } {
  const routes = routesOf[figure];
  if (routes !== undefined)
    return { low: latency(routes, 'p50Ms')(measurements), high: latency(routes, 'p99Ms')(measurements) };
  const one =
    figure === 'database_size_bytes'
      ? { value: databaseSizeBytes, samples: 1, reason: null }
      : figure === 'memory_bytes'
        ? memoryBytes(measurements)
        : throughput(measurements);
  return { low: one, high: one };
}

function throughput({ statements, seconds }: Measurements): Measured {
  if (statements === null) return { value: null, samples: 0, reason: 'pg_stat_statements was not looked at' };
  return {
    value: statements.calls / seconds,
    samples: statements.calls,
    reason: 'what was asked for; what it can answer: npm run bench',
  };
}

/** That nobody asks for more is no fault. */
function verdict({ figure, expected }: PlanRow, value: number | null): State {
  const state = stateOf(expected, value);
  return figure === 'queries_per_second' && state === 'missed' ? 'unknown' : state;
}

function timesBetter(
  figure: FigureName,
  before: { low: number; high: number },
  now: { low: number; high: number },
) {
  const [more, less] =
    figures[figure].unit === 'per_second' ? [now.low, before.high] : [before.low, now.high];
  return less > 0 ? more / less : null;
}
