import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';
import { figureNames, units } from '../figures.js';
import { states } from '../targets.js';
import { limitsSchema } from '../../timeline/dto/mark.dto.js';

const rangeOfValues = { low: z.number(), high: z.number(), text: z.string() };

export const baselineValueSchema = z
  .object({ ...rangeOfValues, source: z.string().meta({ description: 'Who has measured it, and how.' }) })
  .meta({ id: 'BaselineValue' });

export type BaselineValueDto = z.infer<typeof baselineValueSchema>;

export const planTableSchema = z
  .object({
    as_of: timestampSchema,
    limits: limitsSchema,
    from: timestampSchema,
    until: timestampSchema,
    rows: z.array(
      z.object({
        metric: z.string(),
        figure: z.enum(figureNames),
        unit: z.enum(units),
        before: baselineValueSchema.nullable(),
        after_phase_1: z.string().meta({ description: 'As the plan expected it.' }),
        after_phases_2_and_3: z.string(),
        measured: z.object(rangeOfValues).nullable().meta({
          description: 'Of requests the median and the 99th percentile; null: nothing was measured.',
        }),
        how: z.string(),
        samples: z.number().int().nonnegative(),
        reason: z.string().nullable(),
        state: z.enum(states).meta({ description: 'What the plan expected after phases 2 and 3.' }),
        times_better: z
          .number()
          .nullable()
          .meta({ description: 'The best of before against the worst of now; below 1 it is worse.' }),
      }),
    ),
  })
  .meta({ id: 'PlanTable' });

export type PlanTableDto = z.infer<typeof planTableSchema>;

export const planTableExample: PlanTableDto = {
  as_of: '2026-01-03T00:00:00.000000Z',
  limits: [],
  from: '2026-01-02T00:00:00.000000Z',
  until: '2026-01-03T00:00:00.000000Z',
  rows: [
    {
      metric: 'Dashboard load',
      figure: 'dashboard_ms',
      unit: 'ms',
      before: { low: 50_000, high: 300_000, text: '50 s – 300 s', source: 'optimisation plan' },
      after_phase_1: '10-30s',
      after_phases_2_and_3: '<1s',
      measured: { low: 2.1, high: 9.4, text: '2.1 ms – 9.4 ms' },
      how: 'median and 99th percentile of the requests',
      samples: 81_234,
      reason: null,
      state: 'met',
      times_better: 5319,
    },
  ],
};
