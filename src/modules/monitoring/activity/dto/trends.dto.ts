import { z } from 'zod';
import { queryInstant } from '../../../../kernel/http/query-values.js';
import { queryInteger, timestampSchema } from '../../../../kernel/http/validation.js';
import { trendSeries, type TrendSeries } from '../series.js';
import { answerExample, answerFields } from './activity-fields.js';

const MAX_SERIES = 10;
const seriesMessage = `must be 1 to ${MAX_SERIES} of ${trendSeries.join(', ')}, separated by commas`;
const isSeries = (name: string): name is TrendSeries => (trendSeries as readonly string[]).includes(name);

export const trendsQuerySchema = z.strictObject({
  series: z
    .string(seriesMessage)
    .transform((names) => [...new Set(names.split(','))])
    .refine((names) => names.length <= MAX_SERIES && names.every(isSeries), seriesMessage)
    .transform((names) => names.filter(isSeries))
    .meta({
      type: 'string',
      description: `1 to ${MAX_SERIES}, separated by commas: ${trendSeries.join(', ')}.`,
    }),
  from: queryInstant.optional().meta({ description: 'A day before `until` by default.' }),
  until: queryInstant.optional().meta({ description: 'Now by default.' }),
  points: queryInteger(1, 500).default(120).meta({ description: 'At most as many of each; 120 by default.' }),
});
export type TrendsQuery = z.output<typeof trendsQuerySchema>;

export const trendsSchema = z
  .object({
    ...answerFields,
    from: timestampSchema,
    until: timestampSchema,
    step_seconds: z.number().positive(),
    trends: z.array(
      z.object({
        series: z.enum(trendSeries),
        object: z.string().meta({ description: 'Empty: of the server or the database.' }),
        points: z
          .array(
            z.object({ at: timestampSchema, average: z.number(), minimum: z.number(), maximum: z.number() }),
          )
          .meta({ description: 'Oldest first; where nothing was sampled there is none.' }),
      }),
    ),
  })
  .meta({ id: 'ActivityTrends' });

export type TrendsDto = z.infer<typeof trendsSchema>;

export const trendsExample: TrendsDto = {
  ...answerExample,
  from: '2026-01-01T03:04:05Z',
  until: '2026-01-02T03:04:05Z',
  step_seconds: 720,
  trends: [
    {
      series: 'database_cache_hit_ratio',
      object: '',
      points: [{ at: '2026-01-01T03:04:05Z', average: 0.998, minimum: 0.991, maximum: 1 }],
    },
  ],
};
