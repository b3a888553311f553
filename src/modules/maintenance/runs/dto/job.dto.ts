import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';
import { runExample, runSchema } from './run.dto.js';

export const jobSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    kind: z.enum(['scheduled', 'by-hand', 'continuous']).meta({
      description: '`continuous`: it has no runs, one instance does it all the time.',
    }),
    schedule: z.string().nullable().meta({ description: 'Cron expression in the configured time zone.' }),
    missed: z
      .enum(['catch-up', 'skip'])
      .meta({ description: 'What becomes of a slot that no instance was there for.' }),
    weight: z
      .enum(['light', 'heavy'])
      .meta({ description: '`heavy`: in the maintenance windows only, after a preflight.' }),
    timeout_ms: z.number().nullable(),
    retries: z.number().int().nonnegative(),
    parameters: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'JSON Schema of what a run by hand may be given; null: continuous.' }),
    paused: z
      .object({
        since: timestampSchema,
        by: z.string().nullable(),
        reason: z.string().nullable(),
        scope: z.enum(['job', 'all']).meta({ description: '`all`: with every other job.' }),
      })
      .nullable(),
    next_run_at: timestampSchema.nullable(),
    running: runSchema.nullable(),
    last_run: runSchema.nullable().meta({ description: 'The latest that has ended, dry runs left out.' }),
    leader: z
      .object({
        is_leader: z.boolean(),
        runs: z.number(),
        failures: z.number(),
        last_run_ms: z.number().nullable(),
      })
      .nullable()
      .meta({ description: 'Of a continuous job, on the instance that answers.' }),
  })
  .meta({ id: 'Job' });

export type JobDto = z.infer<typeof jobSchema>;

export const jobListSchema = z
  .object({ jobs: z.array(jobSchema).meta({ description: 'By name.' }) })
  .meta({ id: 'JobList' });

export type JobListDto = z.infer<typeof jobListSchema>;

export const jobExample: JobDto = {
  name: 'vacuum',
  description: 'VACUUM (ANALYZE) of the tables that are worth it; rows are tables',
  kind: 'scheduled',
  schedule: '0 2 * * *',
  missed: 'catch-up',
  weight: 'heavy',
  timeout_ms: 14_400_000,
  retries: 2,
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  paused: null,
  next_run_at: '2026-01-03T02:00:00Z',
  running: runExample,
  last_run: null,
  leader: null,
};

export const jobListExample: JobListDto = { jobs: [jobExample] };
