import { z } from 'zod';
import { objectMessage } from '../../../../kernel/http/body-values.js';
import { timestampSchema } from '../../../../kernel/http/validation.js';

const count = z.number().nonnegative();
const time = timestampSchema.nullable();

export const retentionSchema = z
  .object({
    days: count.meta({ description: 'RETENTION_DAYS; 0: nothing is removed.' }),
    attempts_before: time.meta({
      description: 'Of events from before, attempts may be gone; null: all are there.',
    }),
    events_before: time.meta({ description: 'Events from before may be gone; null: all are there.' }),
    refused: z
      .array(z.string())
      .meta({ description: 'Why a run would be refused now; empty: it would not.' }),
  })
  .meta({ id: 'Retention' });

export type RetentionDto = z.infer<typeof retentionSchema>;

export const retentionExample: RetentionDto = {
  days: 90,
  attempts_before: '2025-10-04T00:00:00Z',
  events_before: '2025-10-04T00:00:00Z',
  refused: [],
};

const daysMessage = 'must be a whole number from 35 to 36500';

export const simulateRetentionBodySchema = z
  .strictObject(
    {
      days: z
        .int(daysMessage)
        .min(35, daysMessage)
        .max(36_500, daysMessage)
        .optional()
        .meta({ description: 'RETENTION_DAYS without it.' }),
    },
    objectMessage,
  )
  .prefault({})
  .meta({ id: 'SimulateRetentionBody', example: { days: 90 } });

export type SimulateRetentionBody = z.output<typeof simulateRetentionBodySchema>;

export const retentionEstimateSchema = z
  .object({
    days: count,
    before: timestampSchema.meta({ description: 'Events that were ingested before would go.' }),
    tables: z
      .array(z.object({ table: z.string(), rows: count, of_rows: count, bytes: count }))
      .meta({ description: 'Attempts: at most so many; events: about.' }),
    pending_events: count.meta({ description: 'Without an outcome: they stay.' }),
    users: z
      .array(z.object({ user_id: z.guid(), attempts: count, events: count, pending_events: count }))
      .meta({ description: 'Those with most: what leaves their lists. Totals, days and hours stay.' }),
  })
  .meta({ id: 'RetentionEstimate' });

export type RetentionEstimateDto = z.infer<typeof retentionEstimateSchema>;

export const retentionEstimateExample: RetentionEstimateDto = {
  days: 90,
  before: '2025-10-04T00:00:00Z',
  tables: [
    { table: 'delivery_attempts', rows: 4_100_000, of_rows: 5_600_000, bytes: 1_700_000_000 },
    { table: 'events', rows: 3_400_000, of_rows: 4_700_000, bytes: 3_100_000_000 },
  ],
  pending_events: 12,
  users: [
    {
      user_id: '5f0c6a3e-8f4b-4d0a-9a57-2f1f6f0f3c11',
      attempts: 1_900_000,
      events: 1_600_000,
      pending_events: 3,
    },
  ],
};
