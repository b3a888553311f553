import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';

const count = z.number().int().nonnegative();
const ms = z.number().nonnegative().nullable();

const figures = {
  route: z.string().meta({ description: 'The template; `unknown` is all paths that no route is for.' }),
  method: z.string(),
  requests: count,
  errors: count.meta({ description: 'Answered with 5xx.' }),
  client_errors: count.meta({ description: 'Answered with 4xx.' }),
  timeouts: count.meta({ description: 'Of the errors, those whose statement took too long.' }),
  cache_hits: count,
  cache_misses: count,
  timed: count.meta({ description: 'Those with a latency: neither refused before any work nor streams.' }),
  p50_ms: ms,
  p95_ms: ms,
  p99_ms: ms,
  mean_ms: ms,
  max_ms: ms,
  database_ms: z.number().nonnegative(),
};

const range = {
  as_of: timestampSchema,
  from: timestampSchema,
  until: timestampSchema,
  limits: z.array(z.string()),
};

export const routeLatenciesSchema = z
  .object({
    ...range,
    routes: z.array(z.object(figures)).meta({ description: 'Most database time first.' }),
  })
  .meta({ id: 'RouteLatencies' });
export type RouteLatenciesDto = z.infer<typeof routeLatenciesSchema>;
export type RouteLatencyDto = RouteLatenciesDto['routes'][number];

export const routeSeriesSchema = z
  .object({
    ...range,
    step_seconds: count,
    points: z.array(z.object({ at: timestampSchema, ...figures })),
  })
  .meta({ id: 'RouteSeries' });
export type RouteSeriesDto = z.infer<typeof routeSeriesSchema>;

const example: RouteLatencyDto = {
  route: '/api/v1/statistics/dashboard',
  method: 'GET',
  requests: 48_211,
  errors: 3,
  client_errors: 12,
  timeouts: 1,
  cache_hits: 39_870,
  cache_misses: 8341,
  timed: 48_211,
  p50_ms: 1.4,
  p95_ms: 21.3,
  p99_ms: 48,
  mean_ms: 4.2,
  max_ms: 15_012,
  database_ms: 92_114.5,
};

const rangeExample = {
  as_of: '2026-01-02T03:04:05.123456Z',
  from: '2026-01-01T03:04:00Z',
  until: '2026-01-02T03:05:00Z',
  limits: [],
};

export const routeLatenciesExample: RouteLatenciesDto = { ...rangeExample, routes: [example] };
export const routeSeriesExample: RouteSeriesDto = {
  ...rangeExample,
  step_seconds: 3600,
  points: [{ at: '2026-01-01T03:04:00Z', ...example }],
};
