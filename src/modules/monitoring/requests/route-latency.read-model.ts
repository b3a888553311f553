import type { QueryRunner } from '../../../kernel/database/database.js';
import { latencyQuantile } from '../../../kernel/telemetry/requests/latency-bins.js';
import { readClock } from '../queries/read-clock.sql.js';
import { readRouteLatencies, type RouteLatencyRow } from './queries/read-route-latencies.sql.js';

const DAY_SECONDS = 86_400;
/** One step, however long. */
const ALL_OF_IT = 365 * 100 * DAY_SECONDS;
/** Routes come from the code. */
const MAX_ROUTES = 1000;
export const MAX_POINTS = 5000;

export interface RouteRange {
  /** RFC 3339. */
  readonly from: string;
  /** Not part of it. Minutes that are older than some days are known by the hour: one that is cut by `from` is left out. */
  readonly until: string;
  /** Templates, as Fastify has them: `/api/v1/statistics/dashboard`; null: of all. */
  readonly routes: readonly string[] | null;
}

export interface RouteLatency {
  readonly route: string;
  readonly method: string;
  readonly requests: number;
  /** Answered with 5xx. */
  readonly errors: number;
  readonly clientErrors: number;
  /** Of the errors, those whose statement was ended by its time-out. */
  readonly timeouts: number;
  readonly cacheHits: number;
  readonly cacheMisses: number;
  /** With a latency: not those that were refused before any work, nor streams. */
  readonly timed: number;
  /** At most LATENCY_ERROR off; null: none has a latency. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly meanMs: number | null;
  readonly maxMs: number | null;
  readonly databaseMs: number;
}

export interface RouteLatencyPoint extends RouteLatency {
  /** The beginning of the step, RFC 3339. */
  readonly at: string;
}

/** How long requests took, over all instances. */
export class RouteLatencyReadModel {
  constructor(private readonly runner: QueryRunner) {}

  /** By route and method; those without a request are not listed. */
  async over(range: RouteRange): Promise<RouteLatency[]> {
    const rows = await this.read(range, ALL_OF_IT, MAX_ROUTES);
    return rows.map(latencyOf);
  }

  /** The same by steps from `from` on, oldest first; at most MAX_POINTS. A step in which nothing came has no point. */
  async series(range: RouteRange, stepSeconds: number): Promise<RouteLatencyPoint[]> {
    const rows = await this.read(range, stepSeconds, MAX_POINTS);
    return rows.map((row) => ({ at: row.at, ...latencyOf(row) }));
  }

  /** The server's, RFC 3339. */
  async clock(): Promise<string> {
    const [clock] = await this.runner.query(readClock());
    return clock?.now ?? '';
  }

  private read(range: RouteRange, stepSeconds: number, limit: number): Promise<RouteLatencyRow[]> {
    return this.runner.query(readRouteLatencies({ ...range, stepSeconds, limit }));
  }
}

function latencyOf(row: RouteLatencyRow): RouteLatency {
  const timed = row.counts.reduce((sum, count) => sum + count, 0);
  const quantile = (share: number) => latencyQuantile(row, share, row.maxMs);
  return {
    route: row.route,
    method: row.method,
    requests: Number(row.requests),
    errors: Number(row.errors),
    clientErrors: Number(row.clientErrors),
    timeouts: Number(row.timeouts),
    cacheHits: Number(row.cacheHits),
    cacheMisses: Number(row.cacheMisses),
    timed,
    p50Ms: quantile(0.5),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
    meanMs: timed === 0 ? null : row.sumMs / timed,
    maxMs: timed === 0 ? null : row.maxMs,
    databaseMs: row.databaseMs,
  };
}
