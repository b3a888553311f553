import { Injectable } from '@nestjs/common';
import { isConfined, type Caller } from '../../kernel/auth/auth-user.js';
import { Trusted } from '../../kernel/http/trust.js';
import { AccountsContract } from '../accounts/index.js';
import { splitFound } from './split-found.js';
import type { ApplicationBatchDto, ApplicationStatisticsDto } from './dto/application-statistics.dto.js';
import type { EndpointPerformanceDto } from './dto/endpoint-performance.dto.js';
import type { TimeseriesDto } from './dto/timeseries.dto.js';
import type { TimeseriesQuery } from './dto/timeseries.query.js';
import { toPoint } from './points.js';
import { createdMeanwhile } from './statistics.errors.js';
import {
  StatisticsReads,
  type ApplicationStatisticsRow,
  type EndpointPerformanceRow,
} from './statistics.reads.js';
import { successRate } from './success-rate.js';
import { windowOf } from './time-window.js';

/** The longest window that `auto` answers by the hour. */
const AUTO_HOURLY_MAX = 24;

/**
 * The figures of applications. Rows prove that the application is the user's, so that only an answer without any costs
 * a second question. Throws 404 application_not_found for one that is not there or is not the caller's.
 */
@Injectable()
export class ApplicationStatisticsService {
  constructor(
    private readonly reads: StatisticsReads,
    private readonly accounts: AccountsContract,
  ) {}

  async statistics(caller: Caller, applicationId: string): Promise<Trusted<ApplicationStatisticsDto>> {
    await this.admit(caller, applicationId);
    const { value, trust } = await this.reads.applications(caller.userId, [applicationId]);
    const [row] = value;
    if (row === undefined) {
      await this.accounts.assertOwnsApplication(caller, applicationId);
      throw createdMeanwhile();
    }
    return new Trusted(toStatisticsDto(row), trust);
  }

  async batch(caller: Caller, ids: readonly string[]): Promise<Trusted<ApplicationBatchDto>> {
    const admitted = isConfined(caller) ? ids.filter((id) => id === caller.applicationId) : ids;
    const { value, trust } = await this.reads.applications(caller.userId, admitted);
    const { found, notFound } = splitFound(ids, value, (row) => row.applicationId);
    return new Trusted({ applications: found.map(toStatisticsDto), not_found: notFound }, trust);
  }

  /** Throws 400 as windowOf does. */
  async timeseries(
    caller: Caller,
    applicationId: string,
    query: TimeseriesQuery,
  ): Promise<Trusted<TimeseriesDto>> {
    const { time_range, chain_ids: chainIds, success } = query;
    const window = windowOf(query, AUTO_HOURLY_MAX, new Date());
    await this.admit(caller, applicationId);
    const { value, trust } = await this.reads.series({
      userId: caller.userId,
      scope: { kind: 'application', id: applicationId },
      ...window,
      chainIds,
      success,
    });
    // A window that begins in the future has no bucket either.
    if (value.length === 0) await this.accounts.assertOwnsApplication(caller, applicationId);
    return new Trusted({ data_points: value.map(toPoint), time_range, granularity: window.bucket }, trust);
  }

  async performance(caller: Caller, applicationId: string): Promise<Trusted<EndpointPerformanceDto>> {
    await this.admit(caller, applicationId);
    const { value, trust } = await this.reads.performance(caller.userId, applicationId);
    if (value.length === 0) await this.accounts.assertOwnsApplication(caller, applicationId);
    return new Trusted({ endpoints: value.map(toPerformanceDto) }, trust);
  }

  private async admit(caller: Caller, applicationId: string): Promise<void> {
    if (isConfined(caller)) await this.accounts.assertOwnsApplication(caller, applicationId);
  }
}

function toStatisticsDto(row: ApplicationStatisticsRow): ApplicationStatisticsDto {
  const total = Number(row.deliveries);
  const successful = Number(row.successes);
  return {
    application_id: row.applicationId,
    events_total: Number(row.eventsTotal),
    events_24h: Number(row.events24h),
    endpoints_count: Number(row.endpointsCount),
    active_endpoints: Number(row.activeEndpoints),
    total_deliveries: total,
    successful_deliveries: successful,
    failed_deliveries: Number(row.failures),
    success_rate: successRate(successful, total),
    avg_delivery_time_ms: row.avgDurationMs ?? 0,
    min_delivery_time_ms: row.minDurationMs ?? 0,
    max_delivery_time_ms: row.maxDurationMs ?? 0,
    first_event_at: row.firstEventAt,
    last_event_at: row.lastEventAt,
  };
}

const toPerformanceDto = (row: EndpointPerformanceRow): EndpointPerformanceDto['endpoints'][number] => ({
  endpoint_id: row.endpointId,
  name: row.name,
  url: row.webhookUrl,
  events_count: Number(row.events),
  success_rate: successRate(Number(row.successes), Number(row.deliveries)),
  avg_latency_ms: row.avgDurationMs,
  last_event_at: row.lastEventAt,
});
