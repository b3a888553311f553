import { Injectable } from '@nestjs/common';
import { Trusted } from '../../kernel/http/trust.js';
import { chainName } from '../events/index.js';
import type { ChainDistributionDto } from './dto/chain-distribution.dto.js';
import type { DashboardDto } from './dto/dashboard.dto.js';
import type { TimeseriesDto } from './dto/timeseries.dto.js';
import type { TimeseriesQuery } from './dto/timeseries.query.js';
import { toPoint } from './points.js';
import { StatisticsReads, type ChainDistribution, type DashboardRow } from './statistics.reads.js';
import { successRate } from './success-rate.js';
import { windowOf } from './time-window.js';

/** The longest window that `auto` answers by the hour. */
const AUTO_HOURLY_MAX = 24;

/** The figures of all that is the user's. */
@Injectable()
export class StatisticsService {
  constructor(private readonly reads: StatisticsReads) {}

  async dashboard(userId: string): Promise<Trusted<DashboardDto>> {
    const { value, trust } = await this.reads.dashboard(userId);
    return new Trusted(toDashboardDto(value), trust);
  }

  /** Throws 400 for a window that is empty, has too many points, or is too long for 5 minutes. */
  async timeseries(userId: string, query: TimeseriesQuery): Promise<Trusted<TimeseriesDto>> {
    const { time_range, chain_ids: chainIds, success } = query;
    const window = windowOf(query, AUTO_HOURLY_MAX, new Date());
    const { value, trust } = await this.reads.series({
      userId,
      scope: { kind: 'user' },
      ...window,
      chainIds,
      success,
    });
    return new Trusted({ data_points: value.map(toPoint), time_range, granularity: window.bucket }, trust);
  }

  async chainDistribution(userId: string): Promise<Trusted<ChainDistributionDto>> {
    const { value, trust } = await this.reads.chainDistribution(userId);
    return new Trusted(toChainDistributionDto(value), trust);
  }
}

function toDashboardDto(row: DashboardRow): DashboardDto {
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

function toChainDistributionDto({ chains, totalEvents }: ChainDistribution): ChainDistributionDto {
  const total = Number(totalEvents);
  return {
    distributions: chains.map(({ chainId, events }) => ({
      chain_id: chainId,
      chain_name: chainName(chainId),
      event_count: Number(events),
      percentage: (Number(events) / total) * 100,
    })),
    total_events: total,
  };
}
