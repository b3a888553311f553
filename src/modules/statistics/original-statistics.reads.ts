import { planningByValues, type QueryRunner } from '../../kernel/database/database.js';
import type { Trust } from '../../kernel/http/trust.js';
import { originalReadApplications } from './queries/original-read-applications.sql.js';
import { originalReadChainDistribution } from './queries/original-read-chain-distribution.sql.js';
import { originalReadDashboard } from './queries/original-read-dashboard.sql.js';
import { originalReadEndpoints } from './queries/original-read-endpoints.sql.js';
import { originalReadPerformance } from './queries/original-read-performance.sql.js';
import { originalReadSeries } from './queries/original-read-series.sql.js';
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
 * had. It costs seconds for a large tenant, and depends on nothing that could be wrong.
 */
export class OriginalStatisticsReads extends StatisticsReads {
  private readonly runner: QueryRunner;

  constructor(runner: QueryRunner) {
    super();
    this.runner = planningByValues(runner);
  }

  async dashboard(userId: string): Promise<Read<DashboardRow>> {
    const { asOf, ...value } = first(await this.runner.query(originalReadDashboard({ userId })));
    return { value, trust: trustOf(asOf) };
  }

  async series(filter: SeriesFilter): Promise<Read<SeriesRow[]>> {
    return toRead(await this.runner.query(originalReadSeries(filter)), 'timestamp');
  }

  async chainDistribution(userId: string): Promise<Read<ChainDistribution>> {
    const rows = await this.runner.query(originalReadChainDistribution({ userId }));
    const { asOf, totalEvents } = first(rows);
    const chains = rows.flatMap((row) =>
      row.chainId === null ? [] : [{ chainId: row.chainId, events: row.events }],
    );
    return { value: { chains, totalEvents }, trust: trustOf(asOf) };
  }

  async applications(
    userId: string,
    applicationIds: readonly string[],
  ): Promise<Read<ApplicationStatisticsRow[]>> {
    const rows = await this.runner.query(originalReadApplications({ userId, applicationIds }));
    return toRead(rows, 'applicationId');
  }

  async endpoints(userId: string, endpointIds: readonly string[]): Promise<Read<EndpointStatisticsRow[]>> {
    const rows = await this.runner.query(originalReadEndpoints({ userId, endpointIds }));
    return toRead(rows, 'endpointId');
  }

  async performance(userId: string, applicationId: string): Promise<Read<EndpointPerformanceRow[]>> {
    const rows = await this.runner.query(originalReadPerformance({ userId, applicationId }));
    return toRead(rows, 'endpointId');
  }
}

/** The rows without their moment; none where the statement found nothing but its moment. */
function toRead<Row, Key extends keyof Row>(rows: RowOrMoment<Row, Key>[], key: Key): Read<Row[]> {
  const found = (row: RowOrMoment<Row, Key>): row is { asOf: string } & Row => row[key] !== null;
  const value = rows.filter(found).map(({ asOf: _, ...row }) => row as unknown as Row);
  return { value, trust: trustOf(first(rows).asOf) };
}

function first<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new Error('a statement that tells its moment gave no row');
  return row;
}

const trustOf = (asOf: string): Trust => ({ asOf, exact: true, source: 'original' });
