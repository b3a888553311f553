import { planningByValues, type QueryRunner } from '../../kernel/database/database.js';
import type { Trust } from '../../kernel/http/trust.js';
import { originalReadApplications } from './queries/original-read-applications.sql.js';
import { originalReadChainDistribution } from './queries/original-read-chain-distribution.sql.js';
import { originalReadDashboard } from './queries/original-read-dashboard.sql.js';
import { originalReadEndpoints } from './queries/original-read-endpoints.sql.js';
import { originalReadPerformance } from './queries/original-read-performance.sql.js';
import { originalReadSeries } from './queries/original-read-series.sql.js';
import { reachesRemoved } from './queries/reaches-removed.sql.js';
import type { RowOrMoment } from './queries/row-or-moment.js';
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

/**
 * By the plan's original SQL: users, applications, endpoints, events and delivery_attempts with the columns they always
 * had. It costs seconds for a large tenant, and depends on nothing that could be wrong. It counts the attempts that are there:
 * where retention may have removed some, it says that it is not exact.
 */
export class OriginalStatisticsReads extends StatisticsReads {
  private readonly runner: QueryRunner;

  constructor(runner: QueryRunner) {
    super();
    this.runner = planningByValues(runner);
  }

  async dashboard(userId: string): Promise<Read<DashboardRow>> {
    const { asOf, ...value } = first(await this.runner.query(originalReadDashboard({ userId })));
    return { value, trust: await this.trustOf(asOf) };
  }

  async series(filter: SeriesFilter): Promise<Read<SeriesRow[]>> {
    return this.toRead(await this.runner.query(originalReadSeries(filter)), 'timestamp', filter);
  }

  async chainDistribution(userId: string): Promise<Read<ChainDistribution>> {
    const rows = await this.runner.query(originalReadChainDistribution({ userId }));
    const { asOf, totalEvents } = first(rows);
    const chains = rows.flatMap((row) =>
      row.chainId === null ? [] : [{ chainId: row.chainId, events: row.events }],
    );
    return { value: { chains, totalEvents }, trust: await this.trustOf(asOf) };
  }

  async applications(
    userId: string,
    applicationIds: readonly string[],
  ): Promise<Read<ApplicationStatisticsRow[]>> {
    const rows = await this.runner.query(originalReadApplications({ userId, applicationIds }));
    return this.toRead(rows, 'applicationId');
  }

  async endpoints(userId: string, endpointIds: readonly string[]): Promise<Read<EndpointStatisticsRow[]>> {
    const rows = await this.runner.query(originalReadEndpoints({ userId, endpointIds }));
    return this.toRead(rows, 'endpointId');
  }

  async performance(userId: string, applicationId: string): Promise<Read<EndpointPerformanceRow[]>> {
    const rows = await this.runner.query(originalReadPerformance({ userId, applicationId }));
    return this.toRead(rows, 'endpointId');
  }

  /** The rows without their moment; none where the statement found nothing but its moment. */
  private async toRead<Row, Key extends keyof Row>(
    rows: RowOrMoment<Row, Key>[],
    key: Key,
    window?: Window,
  ): Promise<Read<Row[]>> {
    const found = (row: RowOrMoment<Row, Key>): row is { asOf: string } & Row => row[key] !== null;
    const value = rows.filter(found).map(({ asOf: _, ...row }) => row as unknown as Row);
    return { value, trust: await this.trustOf(first(rows).asOf, window) };
  }

  private async trustOf(asOf: string, { from, to, hours }: Window = always): Promise<Trust> {
    const { reaches } = first(await this.runner.query(reachesRemoved({ from, to, hours })));
    return { asOf, exact: !reaches, source: 'original' };
  }
}

type Window = Pick<SeriesFilter, 'from' | 'to' | 'hours'>;
const always: Window = { from: '-infinity', to: null, hours: 0 };

function first<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('a statement that tells its moment gave no row');
  return row;
}
