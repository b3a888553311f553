import { Injectable } from '@nestjs/common';
import type { DashboardDto } from './dto/dashboard.dto.js';
import type { PointDto, TimeseriesDto } from './dto/timeseries.dto.js';
import type { TimeseriesQuery } from './dto/timeseries.query.js';
import type { TimeseriesRow } from './queries/read-timeseries.sql.js';
import { StatisticsReadModel } from './statistics.read-model.js';
import { windowOf } from './time-window.js';

@Injectable()
export class StatisticsService {
  constructor(private readonly readModel: StatisticsReadModel) {}

  async dashboard(userId: string): Promise<DashboardDto> {
    const row = await this.readModel.dashboard(userId);
    const total = Number(row.deliveries);
    const successful = Number(row.successes);
    return {
      events_today: Number(row.eventsToday),
      events_total: Number(row.eventsTotal),
      success_rate: successRate(successful, total),
      avg_delivery_time_ms: row.avgDurationMs,
      active_endpoints: Number(row.activeEndpoints),
      total_deliveries: total,
      successful_deliveries: successful,
      failed_deliveries: Number(row.failures),
    };
  }

  /** Throws 400 for a window that is empty or has too many points. */
  async timeseries(userId: string, query: TimeseriesQuery): Promise<TimeseriesDto> {
    const { granularity, time_range, chain_ids: chainIds, success } = query;
    const window = windowOf(query, new Date());
    const rows = await this.readModel.timeseries({
      userId,
      bucket: granularity,
      ...window,
      chainIds,
      success,
    });
    return { data_points: rows.map(toPoint), time_range, granularity };
  }
}

function toPoint(row: TimeseriesRow): PointDto {
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

/** Successes of all attempts, those in flight included, in percent: the old API's definition. */
const successRate = (successes: number, total: number) => (total === 0 ? 0 : (successes / total) * 100);
