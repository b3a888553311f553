import type { QueryRunner } from '../../../kernel/database/database.js';
import type { TargetResult } from './evaluate.js';
import type { BaselineRow } from './queries/list-baseline.sql.js';
import { listDuePeriods, type DuePeriodRow } from './queries/list-due-periods.sql.js';
import { recordResults } from './queries/record-results.sql.js';
import { replaceBaseline } from './queries/replace-baseline.sql.js';

/** What instances have recorded and statements have done is kept within this time. */
const SETTLED_SECONDS = 600;

export class ScorecardRepository {
  constructor(private readonly runner: QueryRunner) {}

  duePeriods(limit: number): Promise<DuePeriodRow[]> {
    return this.runner.query(listDuePeriods({ settledSeconds: SETTLED_SECONDS, limit }));
  }

  async record({ period, from }: DuePeriodRow, results: readonly TargetResult[]): Promise<void> {
    const rows = results.map(({ target, value, state, reason, samples }) => ({
      target: target.name,
      bound: target.bound,
      measured: value,
      ...{ state, reason, samples },
    }));
    await this.runner.query(recordResults({ period, at: from, results: rows }));
  }

  /** In place of all that was imported before. */
  async replaceBaseline(rows: readonly BaselineRow[], by: string | null): Promise<void> {
    await this.runner.query(replaceBaseline({ rows, by }));
  }
}
