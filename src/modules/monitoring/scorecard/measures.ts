/** What was measured of a target; null: nothing was, and `reason` says why. */
export interface Measured {
  readonly value: number | null;
  /** Requests, calls or looks at the server. */
  readonly samples: number;
  readonly reason: string | null;
}

export interface RouteMeasurement {
  readonly route: string;
  readonly method: string;
  readonly requests: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

/** What is known of a range of time. */
export interface Measurements {
  readonly seconds: number;
  readonly routes: readonly RouteMeasurement[];
  /** null: pg_stat_statements was not looked at. */
  readonly statements: {
    readonly calls: number;
    readonly slowest: { readonly name: string; readonly meanMs: number } | null;
  } | null;
  /** Of statements, as the server that sent them was told. */
  readonly statementTimeouts: number;
  /** By series. */
  readonly samples: ReadonlyMap<string, readonly number[]>;
}

export const SERIES_OF = {
  cpu: 'database_cpu_ratio',
  memory: 'database_memory_bytes',
  cacheHits: 'database_cache_hit_blocks',
  cacheReads: 'database_cache_read_blocks',
} as const;
export const sampledSeries: readonly string[] = Object.values(SERIES_OF);

const unknown = (reason: string): Measured => ({ value: null, samples: 0, reason });

/** Of the slowest of these routes, for reads. */
export const latency =
  (routes: readonly string[], quantile: 'p50Ms' | 'p95Ms' | 'p99Ms') =>
  (measurements: Measurements): Measured => {
    const asked = measurements.routes.filter(
      ({ route, method }) => method === 'GET' && routes.includes(route),
    );
    const timed = asked.flatMap((route) => {
      const ms = route[quantile];
      return ms === null ? [] : [{ ...route, ms }];
    });
    const [first, ...others] = timed;
    if (first === undefined) return unknown(`nobody has asked for ${routes.join(', ')}`);
    const slowest = others.reduce((worst, route) => (route.ms > worst.ms ? route : worst), first);
    return {
      value: slowest.ms,
      samples: timed.reduce((sum, { requests }) => sum + requests, 0),
      reason: routes.length > 1 ? `the slowest is ${slowest.route}` : null,
    };
  };

const sampled =
  (series: string, of: (values: readonly number[]) => number, why: string) =>
  ({ samples }: Measurements): Measured => {
    const values = samples.get(series) ?? [];
    return values.length === 0
      ? unknown(`${series} was not measured: ${why}`)
      : { value: of(values), samples: values.length, reason: null };
  };

export const cpuRatio = sampled(
  SERIES_OF.cpu,
  (values) => quantileOf(values, 0.95),
  "it can be seen on the database's own machine only",
);
export const memoryBytes = sampled(
  SERIES_OF.memory,
  (values) => Math.max(...values),
  "it can be seen on the database's own machine only",
);

export function cacheHitRatio({ samples }: Measurements): Measured {
  const hits = samples.get(SERIES_OF.cacheHits) ?? [];
  const blocks = sumOf(hits) + sumOf(samples.get(SERIES_OF.cacheReads) ?? []);
  if (blocks === 0) return unknown('no block was asked for while anybody looked');
  return { value: sumOf(hits) / blocks, samples: hits.length, reason: null };
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** By nearest rank. */
function quantileOf(values: readonly number[], quantile: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? Number.NaN;
}

export const requestsOf = ({ routes }: Pick<Measurements, 'routes'>) =>
  routes.reduce((sum, { requests }) => sum + requests, 0);

/** A request that failed of one and its statement are the same time-out. */
export function queryTimeouts({ routes, statementTimeouts }: Measurements): Measured {
  const requests = requestsOf({ routes });
  const ofRequests = routes.reduce((sum, { timeouts }) => sum + timeouts, 0);
  if (requests === 0 && statementTimeouts === 0) return unknown('no request was answered');
  return { value: Math.max(ofRequests, statementTimeouts), samples: requests, reason: null };
}

export function slowestStatement({ statements }: Measurements): Measured {
  if (statements === null)
    return unknown(
      'pg_stat_statements was not looked at: it is not installed, or has not been for this long',
    );
  const { calls, slowest } = statements;
  if (slowest === null) return unknown('no statement was run');
  return { value: slowest.meanMs, samples: calls, reason: `the slowest is ${slowest.name}` };
}

export function errorRatio({ routes }: Measurements): Measured {
  const requests = requestsOf({ routes });
  if (requests === 0) return unknown('no request was answered');
  const errors = routes.reduce((sum, route) => sum + route.errors, 0);
  return { value: errors / requests, samples: requests, reason: null };
}
