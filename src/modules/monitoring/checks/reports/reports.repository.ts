import type { QueryRunner } from '../../../../kernel/database/database.js';
import { addReport, type ReportCadence } from './queries/add-report.sql.js';

export type { ReportCadence };

export class ReportsRepository {
  constructor(private readonly tx: QueryRunner) {}

  /** Returns its id. */
  async add(report: { cadence: ReportCadence; createdAt: string; content: object }): Promise<string> {
    const [row] = await this.tx.query(addReport({ ...report, content: JSON.stringify(report.content) }));
    if (row === undefined) throw new Error('an INSERT has returned no row');
    return row.id;
  }
}
