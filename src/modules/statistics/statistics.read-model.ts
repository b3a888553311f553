import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { readDashboard, type DashboardRow } from './queries/read-dashboard.sql.js';
import { readTimeseries, type TimeseriesFilter, type TimeseriesRow } from './queries/read-timeseries.sql.js';

@Injectable()
export class StatisticsReadModel {
  constructor(private readonly database: Database) {}

  async dashboard(userId: string): Promise<DashboardRow> {
    const [row] = await this.database.query(readDashboard({ userId }));
    if (row === undefined) throw new Error('an aggregate without GROUP BY gave no row');
    return row;
  }

  timeseries(filter: TimeseriesFilter): Promise<TimeseriesRow[]> {
    return this.database.query(readTimeseries(filter));
  }
}
