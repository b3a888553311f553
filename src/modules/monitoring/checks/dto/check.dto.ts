import { z } from 'zod';
import { timestampSchema } from '../../../../kernel/http/validation.js';
import { lookExample, lookFields } from './look.dto.js';

const checkSchema = z
  .object({
    name: z.string(),
    description: z.string(),
    cadence: z.enum(['minutely', 'daily', 'weekly']),
    evaluated_at: timestampSchema
      .nullable()
      .meta({ description: 'When it last could look; null: it never has.' }),
    duration_ms: z.number().nonnegative().nullable().meta({ description: 'Of its latest look.' }),
    error: z.string().nullable().meta({ description: 'A code: its latest look has failed.' }),
    limits: z.array(z.string()).meta({ description: 'What its latest look could not see.' }),
    open: z.number().int().nonnegative().meta({ description: 'Findings that are open and not ignored.' }),
    ignored: z.number().int().nonnegative(),
  })
  .meta({ id: 'MonitoringCheck' });

export const checkListSchema = z
  .object({ ...lookFields, checks: z.array(checkSchema).meta({ description: 'By name.' }) })
  .meta({ id: 'MonitoringCheckList' });

export type CheckListDto = z.infer<typeof checkListSchema>;

export const checkListExample: CheckListDto = {
  ...lookExample,
  checks: [
    {
      name: 'pending-restart',
      description: 'Settings that were changed and wait for a restart of the server.',
      cadence: 'daily',
      evaluated_at: '2026-01-02T03:04:05.123456Z',
      duration_ms: 3.2,
      error: null,
      limits: [],
      open: 1,
      ignored: 0,
    },
  ],
};
