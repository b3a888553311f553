import { Injectable } from '@nestjs/common';
import { Database } from '../../../kernel/database/database.js';
import type { RouteLatenciesDto, RouteLatencyDto, RouteSeriesDto } from './dto/route-latencies.dto.js';
import type { RouteLatenciesQuery, RouteSeriesQuery } from './dto/route-latencies.query.js';
import { MAX_POINTS, RouteLatencyReadModel, type RouteLatency } from './route-latency.read-model.js';
import { rangeOf } from './time-range.js';

const MINUTE_MS = 60_000;

/** How long requests take, for administrators. */
@Injectable()
export class RequestsService {
  constructor(private readonly database: Database) {}

  routes(query: RouteLatenciesQuery): Promise<RouteLatenciesDto> {
    const range = rangeOf(query, MINUTE_MS);
    return this.read(async (latencies) => {
      const found = await latencies.over({
        ...range,
        routes: query.route === undefined ? null : [query.route],
      });
      const routes = found.map(toDto).sort((one, other) => other.database_ms - one.database_ms);
      return { as_of: await latencies.clock(), ...range, limits: [], routes };
    });
  }

  series({ route, step_seconds, ...query }: RouteSeriesQuery): Promise<RouteSeriesDto> {
    const range = rangeOf(query, MINUTE_MS);
    return this.read(async (latencies) => {
      const found = await latencies.series({ ...range, routes: [route] }, step_seconds);
      const limits = found.length < MAX_POINTS ? [] : [`Only the first ${MAX_POINTS} points are told.`];
      const points = found.map((point) => ({ at: point.at, ...toDto(point) }));
      return { as_of: await latencies.clock(), ...range, limits, step_seconds, points };
    });
  }

  private read<T>(read: (latencies: RouteLatencyReadModel) => Promise<T>): Promise<T> {
    return this.database.transaction({ work: 'background', readOnly: true, snapshot: true }, (tx) =>
      read(new RouteLatencyReadModel(tx)),
    );
  }
}

const toDto = (latency: RouteLatency): RouteLatencyDto => ({
  route: latency.route,
  method: latency.method,
  requests: latency.requests,
  errors: latency.errors,
  client_errors: latency.clientErrors,
  timeouts: latency.timeouts,
  cache_hits: latency.cacheHits,
  cache_misses: latency.cacheMisses,
  timed: latency.timed,
  p50_ms: latency.p50Ms,
  p95_ms: latency.p95Ms,
  p99_ms: latency.p99Ms,
  mean_ms: latency.meanMs,
  max_ms: latency.maxMs,
  database_ms: latency.databaseMs,
});
