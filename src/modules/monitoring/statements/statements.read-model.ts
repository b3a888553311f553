import type { QueryRunner } from '../../../kernel/database/database.js';
import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { StatementRange } from './queries/figures.js';
import {
  findStatementStatistics,
  type StatementStatisticsRow,
} from './queries/find-statement-statistics.sql.js';
import { findText, type KnownTextRow } from './queries/find-text.sql.js';
import { listErrors, type StatementErrorRow } from './queries/list-errors.sql.js';
import { listHot, type HotStatementRow } from './queries/list-hot.sql.js';
import { listNew, type NewStatementRow } from './queries/list-new.sql.js';
import { listPlans, type StatementPlanRow } from './queries/list-plans.sql.js';
import { listRegressed, type RegressedRow, type RegressionBounds } from './queries/list-regressed.sql.js';
import { listUnknownTexts, type UnknownTextRow } from './queries/list-unknown-texts.sql.js';
import { rankStatements, type StatementOrder, type StatementRow } from './queries/rank-statements.sql.js';
import { readCoverage, type CoverageRow } from './queries/read-coverage.sql.js';
import { readStatementSeries, type StatementPointRow } from './queries/read-statement-series.sql.js';

export type {
  CoverageRow,
  KnownTextRow,
  NewStatementRow,
  RegressedRow,
  StatementErrorRow,
  StatementPlanRow,
  StatementPointRow,
  StatementRange,
  StatementRow,
};

/** What is kept of statements; a range is half-open, and of turns that ended in it. */
export class StatementsReadModel {
  constructor(private readonly runner: QueryRunner) {}

  async statistics(): Promise<StatementStatisticsRow> {
    return one(await this.runner.query(findStatementStatistics()));
  }

  unknownTexts(schema: string, maxLength: number): Promise<UnknownTextRow[]> {
    return this.runner.query(listUnknownTexts({ schema, maxLength }));
  }

  /** Without its ends the range is the last `hours`. */
  async coverage(p: { from: string | null; until: string | null; hours: number }): Promise<CoverageRow> {
    return one(await this.runner.query(readCoverage(p)));
  }

  ranked(
    p: StatementRange & { order: StatementOrder; minMeanMs: number; limit: number; queryid: string | null },
  ): Promise<StatementRow[]> {
    return this.runner.query(rankStatements(p));
  }

  regressed(bounds: RegressionBounds): Promise<RegressedRow[]> {
    return this.runner.query(listRegressed(bounds));
  }

  fresh(p: StatementRange & { limit: number }): Promise<NewStatementRow[]> {
    return this.runner.query(listNew(p));
  }

  series(p: StatementRange & { queryid: string; stepSeconds: number }): Promise<StatementPointRow[]> {
    return this.runner.query(readStatementSeries(p));
  }

  async text(queryid: string): Promise<KnownTextRow | undefined> {
    const [row] = await this.runner.query(findText({ queryid }));
    return row;
  }

  plans(
    p: StatementRange & { queryid: string | null; changesOnly: boolean; limit: number },
  ): Promise<StatementPlanRow[]> {
    return this.runner.query(listPlans(p));
  }

  hot(p: StatementRange & { limit: number }): Promise<HotStatementRow[]> {
    return this.runner.query(listHot(p));
  }

  errors(p: StatementRange & { limit: number }): Promise<StatementErrorRow[]> {
    return this.runner.query(listErrors(p));
  }
}

function one<Row>([row]: Row[]): Row {
  if (row === undefined) throw new DomainError('internal', 'internal_error', 'Internal server error');
  return row;
}
