import { z } from 'zod';
import { nameSchema, objectMessage } from '../../../../kernel/http/body-values.js';
import { timestampSchema } from '../../../../kernel/http/validation.js';
import { figureNames, units } from '../figures.js';
import { baselineValueSchema } from './plan-table.dto.js';

const valueMessage = 'must be a number of 0 or more, or an object with low and high';
const valueSchema = z.number(valueMessage).nonnegative(valueMessage).finite(valueMessage);
const rangeSchema = z
  .strictObject({ low: valueSchema, high: valueSchema }, objectMessage)
  .refine(({ low, high }) => low <= high, 'low must not be above high');
const figureSchema = z.union(
  [valueSchema.transform((value) => ({ low: value, high: value })), rangeSchema],
  valueMessage,
);

export const baselineBodySchema = z
  .strictObject(
    {
      source: nameSchema.meta({ description: 'Who has measured it, when and how.' }),
      figures: z
        .partialRecord(z.enum(figureNames, `must be of ${figureNames.join(', ')}`), figureSchema)
        .meta({ description: 'Those that are left out are as in the optimisation plan again.' }),
    },
    objectMessage,
  )
  .meta({
    id: 'BaselineBody',
    example: {
      source: 'pg_stat_statements of the old server, 2025-12-01',
      figures: { dashboard_ms: { low: 61_000, high: 240_000 }, cpu_ratio: 0.97 },
    },
  });

export type BaselineBody = z.output<typeof baselineBodySchema>;

export const baselineSchema = z
  .object({
    as_of: timestampSchema,
    limits: z.array(z.string()),
    figures: z.array(
      z.object({
        figure: z.enum(figureNames),
        title: z.string(),
        unit: z.enum(units),
        value: baselineValueSchema.nullable().meta({ description: 'null: not known.' }),
      }),
    ),
  })
  .meta({ id: 'Baseline' });

export type BaselineDto = z.infer<typeof baselineSchema>;

export const baselineExample: BaselineDto = {
  as_of: '2026-01-03T00:00:00.000000Z',
  limits: [],
  figures: [
    {
      figure: 'dashboard_ms',
      title: 'Dashboard load',
      unit: 'ms',
      value: { low: 61_000, high: 240_000, text: '61 s – 240 s', source: 'the old server, 2025-12-01' },
    },
  ],
};
