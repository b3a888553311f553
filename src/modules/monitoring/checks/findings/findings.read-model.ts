import type { QueryRunner } from '../../../../kernel/database/database.js';
import { findFinding } from './queries/find-finding.sql.js';
import type { FindingRow } from './queries/finding-columns.js';
import { listFindings } from './queries/list-findings.sql.js';
import { listOpenings, type OpeningRow } from './queries/list-openings.sql.js';

export type { FindingRow, OpeningRow };

export class FindingsReadModel {
  constructor(private readonly runner: QueryRunner) {}

  list(which: Parameters<typeof listFindings>[0]): Promise<FindingRow[]> {
    return this.runner.query(listFindings(which));
  }

  async find(id: string): Promise<FindingRow | undefined> {
    const [row] = await this.runner.query(findFinding(id));
    return row;
  }

  /** Newest first. */
  openings(findingId: string, limit: number): Promise<OpeningRow[]> {
    return this.runner.query(listOpenings({ findingId, limit }));
  }
}
