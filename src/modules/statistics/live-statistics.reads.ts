import type { QueryRunner } from '../../kernel/database/database.js';
import type { Sql } from '../../kernel/database/sql.js';
import type { Trust } from '../../kernel/http/trust.js';
import { type LiveOptions, type LiveRow } from '../events/index.js';
import { fillSeries } from './fill-series.js';
import { listChainsOfApplication } from './queries/list-chains-of-application.sql.js';
import { liveReadApplications } from './queries/live-read-applications.sql.js';
import { liveReadChainDistribution } from './queries/live-read-chain-distribution.sql.js';
import { liveReadDashboard } from './queries/live-read-dashboard.sql.js';
import { liveReadEndpoints } from './queries/live-read-endpoints.sql.js';
import { liveReadPerformance } from './queries/live-read-performance.sql.js';
import { liveReadSeries, type LiveSeries } from './queries/live-read-series.sql.js';
import {
  StatisticsReads,
  type ApplicationStatisticsRow,
  type ChainDistribution,
  type DashboardRow,
  type EndpointPerformanceRow,
  type EndpointStatisticsRow,
  type Read,
  type SeriesFilter,
  type SeriesRow,
} from './statistics.reads.js';

const liveFirst = ['live', 'folded'] as const;
const onlyFolded = ['folded'] as const;

/** To find out that too much is in no rollup, all of it up to the bound is read: so long, that is not looked at again. */
const BEHIND_MS = 1000;

/**
 * From the rollups and what is not in them yet, in one statement and so of one snapshot: exact at every moment. Where the
 * rollups are being counted anew, `original` answers; where there is too much that is not in them, the answer is of the last
 * fold, and says so.
 */
export class LiveStatisticsReads extends StatisticsReads {
  private behindUntilMs = 0;

  constructor(
    private readonly runner: QueryRunner,
    private readonly maxTailRows: number,
    private readonly original: StatisticsReads,
  ) {
    super();
  }

  async dashboard(userId: string): Promise<Read<DashboardRow>> {
    const read = await this.read((options) => liveReadDashboard({ userId }, options));
    if (read === null) return this.original.dashboard(userId);
    const { asOf: _1, isOfOneMoment: _2, isStale: _3, isBehind: _4, isCut: _5, ...value } = read.rows[0];
    return { value, trust: read.trust };
  }

  async series(filter: SeriesFilter): Promise<Read<SeriesRow[]>> {
    const series = await this.chooseRollups(filter);
    const read = await this.read((options) => liveReadSeries({ ...series, options }));
    if (read === null) return this.original.series(filter);
    return { value: fillSeries(read.rows[0], filter.bucket), trust: read.trust };
  }

  async chainDistribution(userId: string): Promise<Read<ChainDistribution>> {
    const read = await this.read((options) => liveReadChainDistribution({ userId }, options));
    if (read === null) return this.original.chainDistribution(userId);
    const chains = read.rows.flatMap(({ chainId, events }) =>
      chainId === null ? [] : [{ chainId, events }],
    );
    return { value: { chains, totalEvents: read.rows[0].totalEvents }, trust: read.trust };
  }

  async applications(
    userId: string,
    applicationIds: readonly string[],
  ): Promise<Read<ApplicationStatisticsRow[]>> {
    const read = await this.read((options) => liveReadApplications({ userId, applicationIds }, options));
    if (read === null || read.rows[0].isLoose) return this.original.applications(userId, applicationIds);
    const value = read.rows.flatMap((row) =>
      row.applicationId === null ? [] : [withoutTrust(row as LiveRow & ApplicationStatisticsRow)],
    );
    return { value, trust: timesAreLive(read.trust) };
  }

  async endpoints(userId: string, endpointIds: readonly string[]): Promise<Read<EndpointStatisticsRow[]>> {
    const read = await this.read((options) => liveReadEndpoints({ userId, endpointIds }, options));
    if (read === null) return this.original.endpoints(userId, endpointIds);
    const value = read.rows.flatMap((row) => (row.endpointId === null ? [] : [withoutTrust(row)]));
    return { value, trust: timesAreLive(read.trust) };
  }

  async performance(userId: string, applicationId: string): Promise<Read<EndpointPerformanceRow[]>> {
    const read = await this.read((options) => liveReadPerformance({ userId, applicationId }, options));
    if (read === null) return this.original.performance(userId, applicationId);
    const value = read.rows.flatMap((row) => (row.endpointId === null ? [] : [withoutTrust(row)]));
    return { value, trust: timesAreLive(read.trust) };
  }

  /** null: the rollups are not to be used now. */
  private async read<Row extends LiveRow>(
    statement: (options: LiveOptions) => Sql<Row>,
  ): Promise<{ rows: [Row, ...Row[]]; trust: Trust } | null> {
    const isBehind = performance.now() < this.behindUntilMs;
    for (const mode of isBehind ? onlyFolded : liveFirst) {
      const rows = await this.runner.query(statement({ mode, maxTailRows: this.maxTailRows }));
      const [first] = rows;
      if (first === undefined || first.isStale) return null;
      if (first.isBehind || !first.isOfOneMoment) this.behindUntilMs = performance.now() + BEHIND_MS;
      if (first.isBehind) continue;
      const source = mode === 'live' ? 'live' : 'rollups';
      return {
        rows: rows as [Row, ...Row[]],
        trust: { asOf: first.asOf, exact: first.isOfOneMoment && !first.isCut, source },
      };
    }
    return null;
  }

  /**
   * A choice of chains within an application has rollups of its own only where it is all of the endpoints, or one: else
   * the attempts themselves are counted.
   */
  private async chooseRollups(filter: SeriesFilter): Promise<LiveSeries> {
    const { userId, scope, chainIds } = filter;
    if (scope.kind !== 'application' || chainIds === undefined) return { ...filter, isRaw: false };
    const endpoints = await this.runner.query(
      listChainsOfApplication({ userId, applicationId: scope.id, chainIds }),
    );
    const listening = endpoints.filter(({ listens }) => listens);
    if (listening.length === endpoints.length) return { ...filter, chainIds: undefined, isRaw: false };
    const [only] = listening;
    if (listening.length === 1 && only?.isGone === false)
      return {
        ...filter,
        chainIds: undefined,
        scope: { kind: 'endpoint', id: only.endpointId },
        isRaw: false,
      };
    return { ...filter, isRaw: true };
  }
}

function withoutTrust<Row extends LiveRow & { isLoose?: boolean }>(row: Row) {
  const { asOf: _1, isOfOneMoment: _2, isStale: _3, isBehind: _4, isCut: _5, isLoose: _6, ...value } = row;
  return value;
}

/** First and last event come from the attempts as they are now, also in an answer of the last fold. */
const timesAreLive = (trust: Trust): Trust =>
  trust.source === 'rollups' ? { ...trust, exact: false } : trust;
