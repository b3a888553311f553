import { z } from 'zod';
import { queryChainIds, queryInstant } from '../../../kernel/http/query-values.js';
import { queryBoolean } from '../../../kernel/http/validation.js';
import { buckets, timeRanges } from './timeseries.dto.js';

export const granularities = [...buckets, 'auto'] as const;
/** The longest window that is answered by 5 minutes. */
export const FINE_HOURS_MAX = 24;
const granularity = z.enum(granularities, `must be one of ${granularities.join(', ')}`).meta({
  description: `\`5m\` for windows of at most ${FINE_HOURS_MAX} hours; \`auto\` is by hour where the window is short, else by day.`,
});

const filters = {
  time_range: z
    .enum(timeRanges, `must be one of ${timeRanges.join(', ')}`)
    .default('24h')
    .meta({
      description: 'Trailing window, to the microsecond. Not used where both dates are given.',
    }),
  success: queryBoolean.optional().meta({ description: 'Only attempts with this outcome.' }),
  start_date: queryInstant
    .optional()
    .meta({ description: 'Start of the window, included. Alone: up to now.' }),
  end_date: queryInstant
    .optional()
    .meta({ description: 'End of the window, excluded. Alone: time_range before it.' }),
};
const chain_ids = queryChainIds
  .optional()
  .meta({ description: 'Only endpoints that listen to one of these chains, e.g. 1,10.' });

export const timeseriesQuerySchema = z.strictObject({
  ...filters,
  granularity: granularity.default('hour'),
  chain_ids,
});
export type TimeseriesQuery = z.output<typeof timeseriesQuerySchema>;

export const applicationTimeseriesQuerySchema = z.strictObject({
  ...filters,
  granularity: granularity.default('auto'),
  chain_ids,
});

/** An endpoint has its chains; there is nothing to choose. */
export const endpointTimeseriesQuerySchema = z.strictObject({
  ...filters,
  granularity: granularity.default('auto'),
});
export type EndpointTimeseriesQuery = z.output<typeof endpointTimeseriesQuerySchema>;
