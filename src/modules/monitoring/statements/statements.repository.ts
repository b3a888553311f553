import type { QueryRunner } from '../../../kernel/database/database.js';
import type { ErrorCount } from '../../../kernel/database/statement-errors.js';
import { addErrors } from './queries/add-errors.sql.js';
import { addPlan, type NewPlan } from './queries/add-plan.sql.js';
import { addTexts, type TextOfStatement } from './queries/add-texts.sql.js';
import { addUpHours } from './queries/add-up-hours.sql.js';
import { snapshotStatements, type SnapshotRow } from './queries/snapshot-statements.sql.js';
import { touchTexts } from './queries/touch-texts.sql.js';
import type { StatementSource } from './statement-source.js';

export type { NewPlan, SnapshotRow, TextOfStatement };

/** Keeps what statements have done. */
export class StatementsRepository {
  constructor(private readonly runner: QueryRunner) {}

  /** What has been added since the last turn. */
  async snapshot(source: StatementSource): Promise<SnapshotRow> {
    const [row] = await this.runner.query(snapshotStatements(source));
    return row as SnapshotRow;
  }

  async addTexts(texts: readonly TextOfStatement[]): Promise<void> {
    if (texts.length > 0) await this.runner.query(addTexts({ texts }));
  }

  /** Texts are forgotten when their statements have been gone for long, and figures are kept by the hour. */
  async settle(): Promise<void> {
    await this.runner.query(touchTexts());
    await this.runner.query(addUpHours());
  }

  /** Where it is another than the last one of its statement. */
  async addPlan(plan: NewPlan): Promise<void> {
    await this.runner.query(addPlan(plan));
  }

  /** Of this process, since it told them last. */
  async addErrors(counts: readonly ErrorCount[]): Promise<void> {
    if (counts.length > 0) await this.runner.query(addErrors({ counts }));
  }
}
