import type { PointDto } from './dto/timeseries.dto.js';
import type { SeriesRow } from './statistics.reads.js';
import { successRate } from './success-rate.js';

export function toPoint(row: SeriesRow): PointDto {
  const deliveries = Number(row.deliveries);
  const successes = Number(row.successes);
  return {
    timestamp: row.timestamp,
    event_count: Number(row.events),
    delivery_count: deliveries,
    successful_deliveries: successes,
    failed_deliveries: Number(row.failures),
    success_rate: successRate(successes, deliveries),
    avg_latency_ms: row.avgDurationMs,
  };
}
