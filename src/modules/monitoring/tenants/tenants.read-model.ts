import type { QueryRunner } from '../../../kernel/database/database.js';
import { FoldStatusReads } from '../../statistics/index.js';
import { readClock } from '../queries/read-clock.sql.js';
import {
  findRecentStats,
  listRecentTenants,
  type RecentTenantRow,
} from './queries/find-recent-tenants.sql.js';
import { listTenantEndpoints, type TenantEndpointRow } from './queries/list-tenant-endpoints.sql.js';
import { listTenants, type TenantRow, type TenantSort } from './queries/list-tenants.sql.js';
import { readTenantSeries, type TenantPointRow } from './queries/read-tenant-series.sql.js';

export type { RecentTenantRow, TenantEndpointRow, TenantPointRow, TenantRow, TenantSort };

export interface HourRange {
  /** RFC 3339, a full hour. */
  readonly from: string;
  /** Not part of it. */
  readonly until: string;
}

/** Who costs what. */
export class TenantsReadModel {
  constructor(private readonly runner: QueryRunner) {}

  list(range: HourRange, page: { sort: TenantSort; limit: number; offset: number }): Promise<TenantRow[]> {
    return this.runner.query(listTenants({ ...range, ...page, userId: null }));
  }

  async find(range: HourRange, userId: string): Promise<TenantRow | undefined> {
    const [found] = await this.runner.query(
      listTenants({ ...range, sort: 'requests', limit: 1, offset: 0, userId }),
    );
    return found;
  }

  endpoints(range: HourRange, userId: string, limit: number): Promise<TenantEndpointRow[]> {
    return this.runner.query(listTenantEndpoints({ ...range, userId, limit }));
  }

  series(range: HourRange, userId: string, stepHours: number): Promise<TenantPointRow[]> {
    return this.runner.query(readTenantSeries({ ...range, userId, stepHours }));
  }

  /** null: the view is not there, or was never filled. */
  async recent(page: { limit: number; offset: number }): Promise<RecentTenantRow[] | null> {
    const [view] = await this.runner.query(findRecentStats());
    return view?.isPopulated === true ? this.runner.query(listRecentTenants(page)) : null;
  }

  /** The server's, RFC 3339. */
  async clock(): Promise<string> {
    const [clock] = await this.runner.query(readClock());
    return clock?.now ?? '';
  }

  foldStatus() {
    return new FoldStatusReads(this.runner).read();
  }
}
