import { z } from 'zod';
import { queryBoolean, uuidSchema } from '../../../kernel/http/validation.js';
import { pagingFields } from './paging.dto.js';

export const listAttemptsQuerySchema = z.strictObject({
  ...pagingFields,
  event_id: uuidSchema.optional().meta({ description: 'Only attempts to deliver this event.' }),
  endpoint_id: uuidSchema.optional().meta({ description: 'Only attempts at this endpoint.' }),
  success: queryBoolean
    .optional()
    .meta({ description: 'Only attempts with this outcome; without it also those in flight.' }),
});

export type ListAttemptsQuery = z.output<typeof listAttemptsQuerySchema>;

const outcomes = ['all', 'success', 'failed'] as const;

export const listDeliveriesQuerySchema = z.strictObject({
  ...pagingFields,
  status: z
    .enum(outcomes, `must be one of ${outcomes.join(', ')}`)
    .default('all')
    .meta({ description: '`all` has those in flight too.' }),
});

export type ListDeliveriesQuery = z.output<typeof listDeliveriesQuerySchema>;
