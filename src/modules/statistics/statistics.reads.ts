import type { Trust } from '../../kernel/http/trust.js';
import type { Bucket } from '../events/index.js';

/** Rows of one snapshot and what they can be trusted for. */
export interface Read<T> {
  readonly value: T;
  readonly trust: Trust;
}

// Counts are strings: int8 arrives as a string.

export interface DashboardRow {
  eventsToday: string;
  eventsTotal: string;
  deliveries: string;
  successes: string;
  failures: string;
  avgDurationMs: number | null;
  activeEndpoints: string;
}

export interface SeriesRow {
  timestamp: string;
  events: string;
  deliveries: string;
  successes: string;
  failures: string;
  avgDurationMs: number | null;
}

export type SeriesScope =
  | { readonly kind: 'user' }
  | { readonly kind: 'application'; readonly id: string }
  | { readonly kind: 'endpoint'; readonly id: string };

export type { Bucket };

export interface SeriesFilter {
  userId: string;
  scope: SeriesScope;
  bucket: Bucket;
  /** Start of the half-open window, RFC 3339; null: `hours` before its end. */
  from: string | null;
  /** End of the window, RFC 3339; null: open, the newest event counts. */
  to: string | null;
  hours: number;
  /** Only attempts at endpoints that listen to one of these. */
  chainIds?: readonly number[] | undefined;
  /** Only attempts with this outcome. */
  success?: boolean | undefined;
}

export interface ChainRow {
  chainId: number;
  events: string;
}

export interface ChainDistribution {
  /** Largest first, then by chain id. An event counts for each chain of the endpoints it was tried at. */
  chains: ChainRow[];
  /** Distinct events that count for at least one chain. */
  totalEvents: string;
}

export interface ApplicationStatisticsRow {
  applicationId: string;
  endpointsCount: string;
  activeEndpoints: string;
  eventsTotal: string;
  events24h: string;
  deliveries: string;
  successes: string;
  failures: string;
  avgDurationMs: number | null;
  minDurationMs: number | null;
  maxDurationMs: number | null;
  firstEventAt: string | null;
  lastEventAt: string | null;
}

export interface EndpointStatisticsRow {
  endpointId: string;
  name: string;
  webhookUrl: string;
  healthStatus: string | null;
  eventsTotal: string;
  events24h: string;
  deliveries: string;
  successes: string;
  failures: string;
  avgDurationMs: number | null;
  p50DurationMs: number | null;
  p95DurationMs: number | null;
  p99DurationMs: number | null;
  firstEventAt: string | null;
  lastEventAt: string | null;
  /** Whether the last event is less than 24 hours, 7 days old. */
  activeToday: boolean;
  activeThisWeek: boolean;
}

export interface EndpointPerformanceRow {
  endpointId: string;
  name: string;
  webhookUrl: string;
  events: string;
  deliveries: string;
  successes: string;
  avgDurationMs: number | null;
  lastEventAt: string | null;
}

/**
 * The figures of a tenant. Two ways to read them: from the rollups (live), and by the original four-table SQL, which is the
 * fallback and the reference. Ids that are not the user's give no row.
 */
export abstract class StatisticsReads {
  abstract dashboard(userId: string): Promise<Read<DashboardRow>>;
  abstract series(filter: SeriesFilter): Promise<Read<SeriesRow[]>>;
  abstract chainDistribution(userId: string): Promise<Read<ChainDistribution>>;
  abstract applications(
    userId: string,
    applicationIds: readonly string[],
  ): Promise<Read<ApplicationStatisticsRow[]>>;
  abstract endpoints(userId: string, endpointIds: readonly string[]): Promise<Read<EndpointStatisticsRow[]>>;
  /** Of all endpoints of the application, most events first, then by id. */
  abstract performance(userId: string, applicationId: string): Promise<Read<EndpointPerformanceRow[]>>;
}
