import { z } from 'zod';
import { timestampSchema } from '../../../kernel/http/validation.js';

export const deletionSchema = z
  .object({
    id: z.guid(),
    resource_type: z.enum(['application', 'endpoint']),
    resource_id: z.guid(),
    name: z.string().meta({ description: 'Of the resource, when it was deleted.' }),
    status: z
      .enum(['pending', 'running', 'finished'])
      .meta({ description: '`running` from the first attempt that is removed.' }),
    requested_at: timestampSchema,
    finished_at: timestampSchema.nullable(),
    attempts_total: z
      .number()
      .int()
      .nonnegative()
      .meta({ description: 'An estimate until it is finished, then what was removed.' }),
    attempts_removed: z.number().int().nonnegative(),
  })
  .meta({ id: 'Deletion' });

export type DeletionDto = z.infer<typeof deletionSchema>;

export const deletionExample: DeletionDto = {
  id: '0d5f2c4e-3a7b-4f58-9a35-6a2f4c1e7b90',
  resource_type: 'endpoint',
  resource_id: '7b1e9a3c-52d4-4c0f-8e67-1d2c3b4a5f60',
  name: 'Transfers',
  status: 'running',
  requested_at: '2026-01-02T03:04:05.123456Z',
  finished_at: null,
  attempts_total: 2_400_000,
  attempts_removed: 812_500,
};

export const deletionListSchema = z
  .object({
    deletions: z.array(deletionSchema).meta({ description: 'Newest first.' }),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Leads to older ones; null where there are none.' }),
  })
  .meta({ id: 'DeletionList' });

export type DeletionListDto = z.infer<typeof deletionListSchema>;

export const deletionListExample: DeletionListDto = { deletions: [deletionExample], next_cursor: null };
