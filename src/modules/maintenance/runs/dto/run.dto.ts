import { z } from 'zod';
import { cursorExample, cursorSchemas } from '../../../../kernel/http/cursor-paging.js';
import { timestampSchema } from '../../../../kernel/http/validation.js';

const time = timestampSchema.nullable();
const count = z.number().nonnegative().nullable();

export const runStates = [
  'queued',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
  'abandoned',
] as const;

export const stepSchema = z
  .object({
    action: z.string().meta({ description: 'Verb first.' }),
    target: z.string().meta({ description: 'The object, as PostgreSQL writes its name.' }),
    reason: z.string(),
    sql: z.string().meta({ description: 'The statement, for a person to read.' }),
  })
  .meta({ id: 'JobStep' });

const runFields = {
  id: z.string().meta({ description: 'A whole number.' }),
  job: z.string(),
  state: z.enum(runStates).meta({
    description:
      '`skipped`: there was a reason not to run, which `summary` tells; `abandoned`: its instance was lost, and no try was left.',
  }),
  scheduled_for: time.meta({ description: 'Its slot; null: asked for by hand.' }),
  asked_by: z.string().nullable().meta({ description: "A user's id, or `cli`; null: by schedule." }),
  reason: z.string().nullable().meta({ description: 'In the words of who asked.' }),
  dry_run: z.boolean(),
  forced: z.boolean(),
  parameters: z.unknown(),
  attempt: z.number().int().nonnegative(),
  instance: z.string().nullable(),
  queued_at: timestampSchema,
  due_at: timestampSchema.meta({ description: 'When a queued run may begin.' }),
  started_at: time,
  finished_at: time,
  duration_ms: count.meta({ description: 'Of the last attempt, so far.' }),
  rows: count.meta({ description: "In the unit of the job's description." }),
  summary: z.string().nullable(),
  cancelled_by: z.string().nullable(),
  error: z
    .object({ code: z.string(), message: z.string() })
    .nullable()
    .meta({ description: 'Of the last attempt that failed.' }),
};

export const runSchema = z.object(runFields).meta({ id: 'Run' });
export type RunDto = z.infer<typeof runSchema>;

export const runDetailsSchema = z
  .object({
    ...runFields,
    steps: z.array(stepSchema).meta({ description: 'What was done; of a dry run, what would be.' }),
    details: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'Figures before and after; they differ by job.' }),
    progress: z
      .object({ text: z.string(), done: count, total: count })
      .nullable()
      .meta({ description: 'While it runs.' }),
    database_progress: z
      .object({
        command: z.string(),
        phase: z.string(),
        target: z.string().nullable(),
        blocks_done: count,
        blocks_total: count,
        figures: z.record(z.string(), z.unknown()),
      })
      .nullable()
      .meta({ description: 'What PostgreSQL tells of the command that the run waits for.' }),
  })
  .meta({ id: 'RunDetails' });

export type RunDetailsDto = z.infer<typeof runDetailsSchema>;

export const runListSchema = z
  .object({
    runs: z.array(runSchema).meta({ description: 'Newest first.' }),
    next_cursor: cursorSchemas.next_cursor,
  })
  .meta({ id: 'RunList' });

export type RunListDto = z.infer<typeof runListSchema>;

export const acceptedRunSchema = z
  .object({ run_id: z.string(), job: z.string(), dry_run: z.boolean() })
  .meta({ id: 'AcceptedRun' });

export type AcceptedRunDto = z.infer<typeof acceptedRunSchema>;

export const acceptedRunExample: AcceptedRunDto = { run_id: '4711', job: 'vacuum', dry_run: false };

export const runExample: RunDto = {
  id: '4711',
  job: 'vacuum',
  state: 'running',
  scheduled_for: null,
  asked_by: '5f0c6a3e-8f4b-4d0a-9a57-2f1f6f0f3c11',
  reason: 'after the import',
  dry_run: false,
  forced: true,
  parameters: {},
  attempt: 1,
  instance: 'admin-1:7',
  queued_at: '2026-01-02T03:04:05.123456Z',
  due_at: '2026-01-02T03:04:05.123456Z',
  started_at: '2026-01-02T03:04:05.523456Z',
  finished_at: null,
  duration_ms: 5120,
  rows: null,
  summary: null,
  cancelled_by: null,
  error: null,
};

export const runDetailsExample: RunDetailsDto = {
  ...runExample,
  steps: [
    {
      action: 'vacuum',
      target: 'public.delivery_attempts',
      reason: '310,000 dead tuples, 5.5 % of the table',
      sql: 'VACUUM (ANALYZE) public.delivery_attempts',
    },
  ],
  details: null,
  progress: { text: 'public.delivery_attempts', done: 0, total: 1 },
  database_progress: {
    command: 'VACUUM',
    phase: 'scanning heap',
    target: 'delivery_attempts',
    blocks_done: 12_000,
    blocks_total: 48_000,
    figures: { heap_blks_scanned: 12_000, heap_blks_total: 48_000 },
  },
};

export const runListExample: RunListDto = { runs: [runExample], next_cursor: cursorExample.next_cursor };
