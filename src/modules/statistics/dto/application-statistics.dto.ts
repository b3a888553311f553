import { z } from 'zod';
import { timestampSchema } from '../../../kernel/http/validation.js';
import { count, milliseconds, percent } from './figures.js';

// The old UI formats these three without a look whether there is one.
const orZero = milliseconds.meta({ description: 'Over attempts with a duration; 0 when there is none.' });

export const applicationStatisticsSchema = z
  .object({
    application_id: z.guid(),
    events_total: count,
    events_24h: count.meta({ description: 'Events ingested in the trailing 24 hours.' }),
    endpoints_count: count,
    active_endpoints: count,
    total_deliveries: count.meta({ description: 'Attempts, those in flight included.' }),
    successful_deliveries: count,
    failed_deliveries: count,
    success_rate: percent,
    avg_delivery_time_ms: orZero,
    min_delivery_time_ms: orZero,
    max_delivery_time_ms: orZero,
    first_event_at: timestampSchema.nullable(),
    last_event_at: timestampSchema.nullable(),
  })
  .meta({ id: 'ApplicationStatistics' });

export type ApplicationStatisticsDto = z.infer<typeof applicationStatisticsSchema>;

export const applicationStatisticsExample: ApplicationStatisticsDto = {
  application_id: '6b1f3c1e-1d2c-4c55-8a1b-0d9e8f7a6b5c',
  events_total: 64_021,
  events_24h: 1280,
  endpoints_count: 12,
  active_endpoints: 9,
  total_deliveries: 76_802,
  successful_deliveries: 70_735,
  failed_deliveries: 6041,
  success_rate: 92.1,
  avg_delivery_time_ms: 181.4,
  min_delivery_time_ms: 12,
  max_delivery_time_ms: 30_000,
  first_event_at: '2025-11-03T03:04:05.123456Z',
  last_event_at: '2026-01-02T03:04:05.123456Z',
};

export const applicationBatchSchema = z
  .object({
    applications: z.array(applicationStatisticsSchema),
    not_found: z.array(z.guid()).meta({ description: 'Ids that are not there, or not yours.' }),
  })
  .meta({ id: 'ApplicationBatch' });

export type ApplicationBatchDto = z.infer<typeof applicationBatchSchema>;

export const applicationBatchExample: ApplicationBatchDto = {
  applications: [applicationStatisticsExample],
  not_found: ['0f0f0f0f-6d3c-4c1b-9a54-0f0f0f0f0f0f'],
};
