import { z } from 'zod';
import { queryInstant } from '../../../../kernel/http/query-values.js';
import { queryInteger } from '../../../../kernel/http/validation.js';

const MAX_ROUTE_LENGTH = 200;
const routeMessage = `must be a route's template of at most ${MAX_ROUTE_LENGTH} characters`;
const route = z.string(routeMessage).min(1, routeMessage).max(MAX_ROUTE_LENGTH, routeMessage);

/** A range of time; without it the last 24 hours. */
export const rangeFields = {
  from: queryInstant.optional().meta({ description: 'Included; 24 hours before `until` without it.' }),
  until: queryInstant.optional().meta({ description: 'Excluded; now without it.' }),
};

export const routeLatenciesQuerySchema = z.strictObject({
  ...rangeFields,
  route: route.optional().meta({ description: 'Only this one, e.g. /api/v1/statistics/dashboard.' }),
});
export type RouteLatenciesQuery = z.output<typeof routeLatenciesQuerySchema>;

export const routeSeriesQuerySchema = z.strictObject({
  ...rangeFields,
  route,
  step_seconds: queryInteger(60, 86_400)
    .default(3600)
    .meta({ description: 'Length of a step, an hour by default; minutes are known for some days only.' }),
});
export type RouteSeriesQuery = z.output<typeof routeSeriesQuerySchema>;
