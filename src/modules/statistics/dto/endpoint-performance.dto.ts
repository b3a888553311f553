import { z } from 'zod';
import { timestampSchema } from '../../../kernel/http/validation.js';
import { count, milliseconds, percent } from './figures.js';

export const endpointPerformanceSchema = z
  .object({
    endpoints: z.array(
      z
        .object({
          endpoint_id: z.guid(),
          name: z.string(),
          url: z.string(),
          events_count: count,
          success_rate: percent,
          avg_latency_ms: milliseconds.nullable(),
          last_event_at: timestampSchema.nullable(),
        })
        .meta({ id: 'EndpointPerformanceItem' }),
    ),
  })
  .meta({ id: 'EndpointPerformance' });

export type EndpointPerformanceDto = z.infer<typeof endpointPerformanceSchema>;

export const endpointPerformanceExample: EndpointPerformanceDto = {
  endpoints: [
    {
      endpoint_id: '8c9d3f60-2b1e-4f7a-8f3a-6f0d2a4b5c6d',
      name: 'Production webhook',
      url: 'https://hooks.example.com/ethhook',
      events_count: 5120,
      success_rate: 95,
      avg_latency_ms: 181.4,
      last_event_at: '2026-01-02T03:04:05.123456Z',
    },
  ],
};
