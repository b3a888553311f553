import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';
import { limitsSchema } from '../../timeline/dto/mark.dto.js';
import { figureNames, units } from '../figures.js';
import { periods } from '../scorecard.read-model.js';
import { states, targetSources } from '../targets.js';
import { baselineValueSchema } from './plan-table.dto.js';

const measured = z.number().nullable();

export const scorecardSchema = z
  .object({
    as_of: timestampSchema,
    limits: limitsSchema,
    from: timestampSchema,
    until: timestampSchema,
    targets: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        source: z.enum(targetSources),
        figure: z.enum(figureNames),
        unit: z.enum(units),
        rule: z.enum(['below', 'at_most', 'at_least']),
        bound: z.number(),
        how: z.string(),
        measured: measured.meta({ description: 'null: nothing was measured, `reason` says why.' }),
        text: z.string().nullable().meta({ description: '`measured` for a person.' }),
        state: z.enum(states),
        reason: z.string().nullable(),
        samples: z.number().int().nonnegative().meta({ description: 'Requests, calls or looks behind it.' }),
        baseline: baselineValueSchema.nullable().meta({ description: 'The state before; null: not known.' }),
      }),
    ),
    over_time: z.object({
      period: z.enum(periods),
      points: z
        .array(
          z.object({
            at: z.string().meta({ description: 'The beginning of the hour or day, UTC.' }),
            target: z.string(),
            bound: z.number().meta({ description: 'As it was then.' }),
            measured,
            state: z.enum(states),
            samples: z.number().int().nonnegative(),
          }),
        )
        .meta({ description: 'What was kept of the hours or days that began in the range, oldest first.' }),
    }),
  })
  .meta({ id: 'Scorecard' });

export type ScorecardDto = z.infer<typeof scorecardSchema>;

export const scorecardExample: ScorecardDto = {
  as_of: '2026-01-03T00:00:00.000000Z',
  limits: [],
  from: '2026-01-02T00:00:00.000000Z',
  until: '2026-01-03T00:00:00.000000Z',
  targets: [
    {
      name: 'dashboard-loads',
      title: 'The dashboard loads in less than 2 s',
      source: 'optimisation plan',
      figure: 'dashboard_ms',
      unit: 'ms',
      rule: 'below',
      bound: 2000,
      how: '99th percentile of GET /statistics/dashboard, as requests were answered',
      measured: 9.4,
      text: '9.4 ms',
      state: 'met',
      reason: null,
      samples: 81_234,
      baseline: { low: 50_000, high: 300_000, text: '50 s – 300 s', source: 'optimisation plan' },
    },
  ],
  over_time: {
    period: 'hour',
    points: [
      {
        at: '2026-01-02T00:00:00Z',
        target: 'dashboard-loads',
        bound: 2000,
        measured: 9.1,
        state: 'met',
        samples: 3210,
      },
    ],
  },
};
