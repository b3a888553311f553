import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { ReportContent } from './dto/report.dto.js';
import { findReport, type ReportRow } from './queries/find-report.sql.js';
import { listChanges, type ChangeRow } from './queries/list-changes.sql.js';
import { listReports, type ListedReportRow } from './queries/list-reports.sql.js';

export type { ChangeRow };

export type StoredReport = Omit<ReportRow, 'content'> & { content: ReportContent };
export type ListedReport = Omit<ListedReportRow, 'counts'> & Pick<ReportContent, 'counts'>;

export class ReportsReadModel {
  constructor(private readonly runner: QueryRunner) {}

  /** Newest first. */
  list(which: Parameters<typeof listReports>[0]): Promise<ListedReport[]> {
    // Nobody but us writes them.
    return this.runner.query(listReports(which)) as Promise<ListedReport[]>;
  }

  async find(which: Parameters<typeof findReport>[0]): Promise<StoredReport | undefined> {
    const [row] = await this.runner.query(findReport(which));
    return row as StoredReport | undefined;
  }

  /** Newest first. */
  changes(since: string | null, limit: number): Promise<ChangeRow[]> {
    return this.runner.query(listChanges({ since, limit }));
  }
}
