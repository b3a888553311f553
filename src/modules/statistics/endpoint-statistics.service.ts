import { Injectable } from '@nestjs/common';
import { Trusted } from '../../kernel/http/trust.js';
import { AccountsContract } from '../accounts/index.js';
import { splitFound } from './split-found.js';
import type { EndpointBatchDto, EndpointStatisticsDto } from './dto/endpoint-statistics.dto.js';
import type { EndpointTimeseriesDto } from './dto/timeseries.dto.js';
import type { EndpointTimeseriesQuery } from './dto/timeseries.query.js';
import { healthScore } from './health-score.js';
import { createdMeanwhile } from './statistics.errors.js';
import { StatisticsReads, type EndpointStatisticsRow } from './statistics.reads.js';
import { successRate } from './success-rate.js';
import { windowOf } from './time-window.js';

/** The longest window that `auto` answers by the hour. */
const AUTO_HOURLY_MAX = 48;

/**
 * The figures of endpoints. Rows prove that the endpoint is the user's, so that only an answer without any costs a second
 * question. Throws 404 endpoint_not_found for one that is not there, 403 access_denied for another tenant's.
 */
@Injectable()
export class EndpointStatisticsService {
  constructor(
    private readonly reads: StatisticsReads,
    private readonly accounts: AccountsContract,
  ) {}

  async statistics(userId: string, endpointId: string): Promise<Trusted<EndpointStatisticsDto>> {
    const { value, trust } = await this.reads.endpoints(userId, [endpointId]);
    const [row] = value;
    if (row === undefined) {
      await this.accounts.requireOwnEndpoint(userId, endpointId);
      throw createdMeanwhile();
    }
    return new Trusted(toStatisticsDto(row), trust);
  }

  /** Does not tell a foreign endpoint from one that is not there. */
  async batch(userId: string, ids: readonly string[]): Promise<Trusted<EndpointBatchDto>> {
    const { value, trust } = await this.reads.endpoints(userId, ids);
    const { found, notFound } = splitFound(ids, value, (row) => row.endpointId);
    return new Trusted({ endpoints: found.map(toStatisticsDto), not_found: notFound }, trust);
  }

  /** Throws 400 as windowOf does. */
  async timeseries(
    userId: string,
    endpointId: string,
    query: EndpointTimeseriesQuery,
  ): Promise<Trusted<EndpointTimeseriesDto>> {
    const { time_range, success } = query;
    const window = windowOf(query, AUTO_HOURLY_MAX, new Date());
    const { value, trust } = await this.reads.series({
      userId,
      scope: { kind: 'endpoint', id: endpointId },
      ...window,
      success,
    });
    // A window that begins in the future has no bucket either.
    if (value.length === 0) await this.accounts.requireOwnEndpoint(userId, endpointId);
    const data_points = value.map(({ timestamp, events }) => ({ timestamp, count: Number(events) }));
    return new Trusted({ data_points, time_range, granularity: window.bucket }, trust);
  }
}

function toStatisticsDto(row: EndpointStatisticsRow): EndpointStatisticsDto {
  const total = Number(row.deliveries);
  const successful = Number(row.successes);
  const rate = successRate(successful, total);
  return {
    endpoint_id: row.endpointId,
    name: row.name,
    webhook_url: row.webhookUrl,
    status: row.healthStatus ?? 'unknown',
    events_total: Number(row.eventsTotal),
    events_24h: Number(row.events24h),
    deliveries_total: total,
    successful_deliveries: successful,
    failed_deliveries: Number(row.failures),
    success_rate: rate,
    avg_delivery_time_ms: row.avgDurationMs,
    p50_latency_ms: row.p50DurationMs,
    p95_latency_ms: row.p95DurationMs,
    p99_latency_ms: row.p99DurationMs,
    health_score: healthScore({ ...row, successRate: rate }),
    first_event_at: row.firstEventAt,
    last_event_at: row.lastEventAt,
  };
}
