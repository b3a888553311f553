import { z } from 'zod';
import { queryInteger, timestampSchema } from '../../../../kernel/http/validation.js';
import { verdicts } from '../compare.js';
import { limitsSchema, markExample, markSchema } from './mark.dto.js';

const windowMessage = 'must be a time from 10m to 7d, such as 90m, 6h or 7d';
const MINUTES = { m: 1, h: 60, d: 1440 } as const;
const MAX_MINUTES = 7 * MINUTES.d;

export const effectQuerySchema = z.strictObject({
  window: z
    .string(windowMessage)
    .regex(/^[1-9]\d{0,4}[mhd]$/, windowMessage)
    .transform((text) => Number(text.slice(0, -1)) * MINUTES[text.slice(-1) as keyof typeof MINUTES])
    .refine((minutes) => minutes >= 10 && minutes <= MAX_MINUTES, windowMessage)
    .default(60)
    .meta({
      type: 'string',
      description: 'The time before and after that is compared, 1h unless it is said.',
    }),
  limit: queryInteger(1, 100).default(20).meta({ description: 'Changes shown of each list.' }),
});
export type EffectQuery = z.output<typeof effectQuerySchema>;

const windowSchema = z.object({ from: timestampSchema, until: timestampSchema });

const sideSchema = z.object({
  calls: z.number().nonnegative(),
  mean_ms: z.number().nullable().meta({ description: 'null: there was no call.' }),
  p95_ms: z.number().nullable().meta({ description: 'Not known of statements.' }),
});

const changesSchema = z.object({
  changed: z
    .array(
      z.object({
        name: z.string().meta({ description: 'The label of a statement of ours, else its id; the route.' }),
        queryid: z.string().nullable(),
        text: z.string().nullable().meta({ description: 'Its beginning, without values.' }),
        verdict: z.enum(['faster', 'slower']),
        before: sideSchema,
        after: sideSchema,
        ratio: z.number().nullable().meta({ description: 'The mean after by the mean before.' }),
        p_value: z.number().nullable(),
        saved_ms_per_hour: z.number().meta({ description: 'Negative: lost.' }),
      }),
    )
    .meta({ description: 'What has changed most in total time first.' }),
  counts: z.record(z.enum(verdicts), z.number().int().nonnegative()),
  saved_ms_per_hour: z.number().meta({ description: 'Of all that has changed.' }),
});

export const effectSchema = z
  .object({
    as_of: timestampSchema,
    limits: limitsSchema,
    mark: markSchema,
    together_with: z.array(markSchema).meta({ description: 'Too near to be told apart.' }),
    before: windowSchema,
    after: windowSchema,
    rule: z.string(),
    statements: changesSchema.nullable().meta({ description: 'null: not known, `limits` says why.' }),
    routes: changesSchema,
  })
  .meta({ id: 'Effect' });

export type EffectDto = z.infer<typeof effectSchema>;
export type ChangesDto = z.infer<typeof changesSchema>;

const none: ChangesDto = {
  changed: [],
  counts: { faster: 0, slower: 0, unchanged: 17, not_enough_calls: 3, only_before: 0, only_after: 0 },
  saved_ms_per_hour: 0,
};

export const effectExample: EffectDto = {
  as_of: '2026-01-02T05:00:00.000000Z',
  limits: [],
  mark: markExample,
  together_with: [],
  before: { from: '2026-01-02T02:04:00Z', until: '2026-01-02T03:04:00Z' },
  after: { from: '2026-01-02T03:05:00Z', until: '2026-01-02T04:05:00Z' },
  rule: 'Faster or slower: …',
  statements: {
    ...none,
    changed: [
      {
        name: 'statistics.read-dashboard',
        queryid: '4711',
        text: 'SELECT /* statistics.read-dashboard */ …',
        verdict: 'faster',
        before: { calls: 3600, mean_ms: 42, p95_ms: null },
        after: { calls: 3590, mean_ms: 0.6, p95_ms: null },
        ratio: 0.0143,
        p_value: 0.000036,
        saved_ms_per_hour: 148_626,
      },
    ],
    counts: { ...none.counts, faster: 1 },
    saved_ms_per_hour: 148_626,
  },
  routes: none,
};
