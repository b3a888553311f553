import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';
import { markKinds } from '../timeline.read-model.js';

export const markSchema = z
  .object({
    id: z.string(),
    kind: z.enum(markKinds),
    at: timestampSchema.meta({ description: 'When it was done.' }),
    began_at: timestampSchema.meta({ description: 'Before `at` for what took a while.' }),
    name: z.string(),
    details: z
      .record(z.string(), z.unknown())
      .meta({ description: 'Of a setting: target, before, after; of a run: rows, summary; and so on.' }),
    by: z.string().nullable().meta({ description: 'The id of the user who did or marked it.' }),
  })
  .meta({ id: 'Mark' });

export type MarkDto = z.infer<typeof markSchema>;

export const markExample: MarkDto = {
  id: 'setting:7',
  kind: 'configuration',
  at: '2026-01-02T03:04:05.123456Z',
  began_at: '2026-01-02T03:04:05.123456Z',
  name: 'work_mem',
  details: { target: 'server', before: '4MB', after: '16MB', reason: 'the share of each sort' },
  by: null,
};

export const limitsSchema = z
  .array(z.string())
  .meta({ description: 'What is not known, and what would let it be known.' });

export const timelineSchema = z
  .object({
    as_of: timestampSchema,
    limits: limitsSchema,
    marks: z.array(markSchema).meta({ description: 'Newest first.' }),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Leads to older marks; null where there are none.' }),
  })
  .meta({ id: 'Timeline' });

export type TimelineDto = z.infer<typeof timelineSchema>;

export const timelineExample: TimelineDto = {
  as_of: '2026-01-02T04:00:00.000000Z',
  limits: [],
  marks: [markExample],
  next_cursor: null,
};
