import { z } from 'zod';
import { timestampSchema } from '../../../kernel/http/validation.js';
import { count, milliseconds, percent } from './figures.js';

const latency = milliseconds.nullable().meta({ description: 'Over attempts with a duration.' });

export const endpointStatisticsSchema = z
  .object({
    endpoint_id: z.guid(),
    name: z.string(),
    webhook_url: z.string(),
    status: z.string().meta({ description: "EthHook's health_status, or `unknown`." }),
    events_total: count,
    events_24h: count.meta({ description: 'Events ingested in the trailing 24 hours.' }),
    deliveries_total: count.meta({ description: 'Attempts, those in flight included.' }),
    successful_deliveries: count,
    failed_deliveries: count,
    success_rate: percent,
    avg_delivery_time_ms: latency,
    p50_latency_ms: latency,
    p95_latency_ms: latency,
    p99_latency_ms: latency,
    health_score: percent.meta({
      description:
        'success_rate × 0.6, and 30, 20, 10 for an average below 100, 500, 1000 ms, and 10, 5 for a last event younger than 24 hours, 7 days.',
    }),
    first_event_at: timestampSchema.nullable(),
    last_event_at: timestampSchema.nullable(),
  })
  .meta({ id: 'EndpointStatistics' });

export type EndpointStatisticsDto = z.infer<typeof endpointStatisticsSchema>;

export const endpointStatisticsExample: EndpointStatisticsDto = {
  endpoint_id: '8c9d3f60-2b1e-4f7a-8f3a-6f0d2a4b5c6d',
  name: 'Production webhook',
  webhook_url: 'https://hooks.example.com/ethhook',
  status: 'healthy',
  events_total: 5120,
  events_24h: 96,
  deliveries_total: 6100,
  successful_deliveries: 5795,
  failed_deliveries: 300,
  success_rate: 95,
  avg_delivery_time_ms: 181.4,
  p50_latency_ms: 120,
  p95_latency_ms: 610,
  p99_latency_ms: 1480.5,
  health_score: 87,
  first_event_at: '2025-11-03T03:04:05.123456Z',
  last_event_at: '2026-01-02T03:04:05.123456Z',
};

export const endpointBatchSchema = z
  .object({
    endpoints: z.array(endpointStatisticsSchema),
    not_found: z.array(z.guid()).meta({ description: 'Ids that are not there, or not yours.' }),
  })
  .meta({ id: 'EndpointBatch' });

export type EndpointBatchDto = z.infer<typeof endpointBatchSchema>;

export const endpointBatchExample: EndpointBatchDto = {
  endpoints: [endpointStatisticsExample],
  not_found: ['0f0f0f0f-6d3c-4c1b-9a54-0f0f0f0f0f0f'],
};
