import { Injectable } from '@nestjs/common';
import { isConfined, type Caller } from '../../kernel/auth/auth-user.js';
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
 * question; of an API key's application they prove nothing. Throws 404 endpoint_not_found for one that is not there, 403
 * access_denied for one that is not the caller's.
 */
@Injectable()
export class EndpointStatisticsService {
  constructor(
    private readonly reads: StatisticsReads,
    private readonly accounts: AccountsContract,
  ) {}

  async statistics(caller: Caller, endpointId: string): Promise<Trusted<EndpointStatisticsDto>> {
    await this.admit(caller, endpointId);
    const { value, trust } = await this.reads.endpoints(caller.userId, [endpointId]);
    const [row] = value;
    if (row === undefined) {
      await this.accounts.requireOwnEndpoint(caller, endpointId);
      throw createdMeanwhile();
    }
    return new Trusted(toStatisticsDto(row), trust);
  }

  /** Does not tell a foreign endpoint from one that is not there. */
  async batch(caller: Caller, ids: readonly string[]): Promise<Trusted<EndpointBatchDto>> {
    const admitted = isConfined(caller) ? await this.accounts.ownEndpoints(caller, ids) : ids;
    const { value, trust } = await this.reads.endpoints(caller.userId, admitted);
    const { found, notFound } = splitFound(ids, value, (row) => row.endpointId);
    return new Trusted({ endpoints: found.map(toStatisticsDto), not_found: notFound }, trust);
  }

  /** Throws 400 as windowOf does. */
  async timeseries(
    caller: Caller,
    endpointId: string,
    query: EndpointTimeseriesQuery,
  ): Promise<Trusted<EndpointTimeseriesDto>> {
    const { time_range, success } = query;
    const window = windowOf(query, AUTO_HOURLY_MAX, new Date());
    await this.admit(caller, endpointId);
    const { value, trust } = await this.reads.series({
      userId: caller.userId,
      scope: { kind: 'endpoint', id: endpointId },
      ...window,
      success,
    });
    // A window that begins in the future has no bucket either.
    if (value.length === 0) await this.accounts.requireOwnEndpoint(caller, endpointId);
    const data_points = value.map(({ timestamp, events }) => ({ timestamp, count: Number(events) }));
    return new Trusted({ data_points, time_range, granularity: window.bucket }, trust);
  }

  private async admit(caller: Caller, endpointId: string): Promise<void> {
    if (isConfined(caller)) await this.accounts.requireOwnEndpoint(caller, endpointId);
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
