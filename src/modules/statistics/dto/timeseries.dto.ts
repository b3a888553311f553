import { z } from 'zod';
import { timestampSchema } from '../../../kernel/http/validation.js';
import { count, milliseconds, percent } from './figures.js';

export const timeRanges = ['24h', '7d', '30d', '90d'] as const;
export const buckets = ['hour', 'day', '5m'] as const;

const timestamp = timestampSchema.meta({ description: 'Start of the UTC hour, day or five minutes.' });
const time_range = z.enum(timeRanges);
const granularity = z.enum(buckets).meta({ description: 'What `auto` came to.' });

export const pointSchema = z
  .object({
    timestamp,
    event_count: count,
    delivery_count: count,
    successful_deliveries: count,
    failed_deliveries: count,
    success_rate: percent,
    avg_latency_ms: milliseconds.nullable(),
  })
  .meta({ id: 'Point' });

export type PointDto = z.infer<typeof pointSchema>;

export const timeseriesSchema = z
  .object({ data_points: z.array(pointSchema), time_range, granularity })
  .meta({ id: 'Timeseries' });

export type TimeseriesDto = z.infer<typeof timeseriesSchema>;

export const timeseriesExample: TimeseriesDto = {
  data_points: [
    {
      timestamp: '2026-01-02T03:00:00Z',
      event_count: 52,
      delivery_count: 61,
      successful_deliveries: 57,
      failed_deliveries: 4,
      success_rate: 93.44262295081968,
      avg_latency_ms: 176.2,
    },
  ],
  time_range: '24h',
  granularity: 'hour',
};

export const endpointTimeseriesSchema = z
  .object({
    data_points: z.array(
      z.object({ timestamp, count: count.meta({ description: 'Events.' }) }).meta({ id: 'EndpointPoint' }),
    ),
    time_range,
    granularity,
  })
  .meta({ id: 'EndpointTimeseries' });

export type EndpointTimeseriesDto = z.infer<typeof endpointTimeseriesSchema>;

export const endpointTimeseriesExample: EndpointTimeseriesDto = {
  data_points: [{ timestamp: '2026-01-02T03:00:00Z', count: 52 }],
  time_range: '24h',
  granularity: 'hour',
};
