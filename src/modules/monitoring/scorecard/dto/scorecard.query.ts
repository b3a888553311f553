import { z } from 'zod';
import { queryInstant } from '../../../../kernel/http/query-values.js';
import { periods } from '../scorecard.read-model.js';

const rangeFields = {
  from: queryInstant
    .optional()
    .meta({ description: 'Start, included; a day before `until`, unless it is said.' }),
  until: queryInstant.optional().meta({ description: 'End, excluded; now, unless it is said.' }),
};

export const scorecardQuerySchema = z.strictObject({
  ...rangeFields,
  period: z
    .enum(periods, `must be ${periods.join(' or ')}`)
    .optional()
    .meta({ description: 'Of `over_time`: hours of up to 14 days, else days.' }),
});
export type ScorecardQuery = z.output<typeof scorecardQuerySchema>;

export const tableFormats = ['json', 'markdown'] as const;
export const planTableQuerySchema = z.strictObject({
  ...rangeFields,
  format: z.enum(tableFormats, `must be ${tableFormats.join(' or ')}`).default('json'),
});
export type PlanTableQuery = z.output<typeof planTableQuerySchema>;
