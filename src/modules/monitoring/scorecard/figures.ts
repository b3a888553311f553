/** What the state before is known by, and the targets are about. */
export const figures = {
  dashboard_ms: { title: 'Dashboard load', unit: 'ms' },
  event_listing_ms: { title: 'Event listing', unit: 'ms' },
  time_series_ms: { title: 'Time-series query', unit: 'ms' },
  database_size_bytes: { title: 'Database size', unit: 'bytes' },
  memory_bytes: { title: 'Memory usage', unit: 'bytes' },
  queries_per_second: { title: 'Query throughput', unit: 'per_second' },
  cpu_ratio: { title: 'Database CPU', unit: 'ratio' },
  query_timeouts: { title: 'Query time-outs', unit: 'count' },
  slowest_statement_ms: { title: 'Slowest statement by mean', unit: 'ms' },
  cache_hit_ratio: { title: "PostgreSQL's cache hit ratio", unit: 'ratio' },
  error_ratio: { title: 'Requests that failed', unit: 'ratio' },
} as const;

export type FigureName = keyof typeof figures;
export const figureNames = Object.keys(figures) as FigureName[];

export const units = ['ms', 'bytes', 'per_second', 'ratio', 'count'] as const;
export type Unit = (typeof units)[number];

export interface BaselineFigure {
  readonly low: number;
  readonly high: number;
  readonly source: string;
}
export type Baseline = Partial<Record<FigureName, BaselineFigure>>;

const PLAN = 'optimisation plan';
/** As the optimisation plan has measured it, before anything was changed. */
export const planBaseline: Baseline = {
  dashboard_ms: { low: 50_000, high: 300_000, source: PLAN },
  event_listing_ms: { low: 71_000, high: 306_000, source: PLAN },
  time_series_ms: { low: 29_000, high: 276_000, source: PLAN },
  database_size_bytes: { low: 7e9, high: 7e9, source: PLAN },
  memory_bytes: { low: 7.4e9, high: 7.4e9, source: PLAN },
  queries_per_second: { low: 2, high: 3, source: PLAN },
  cpu_ratio: { low: 1, high: 1, source: PLAN },
};
