import type { QueryRunner } from '../../../../kernel/database/database.js';
import { findStatementStatistics } from './queries/find-statement-statistics.sql.js';
import { listDeadTuples, type DeadTuplesRow } from './queries/list-dead-tuples.sql.js';
import { listSlowestStatements, type SlowestStatementRow } from './queries/list-slowest-statements.sql.js';
import { readDatabaseFigures } from './queries/read-database-figures.sql.js';

/** The figures of the plan's checklists, as they are now. */
export class FiguresReadModel {
  constructor(private readonly runner: QueryRunner) {}

  async database(): Promise<Record<string, unknown> | null> {
    const [row] = await this.runner.query(readDatabaseFigures());
    return row?.figures ?? null;
  }

  deadTuples(limit: number): Promise<DeadTuplesRow[]> {
    return this.runner.query(listDeadTuples({ limit }));
  }

  /** null: there are no statistics of statements. */
  async slowestStatements(limit: number): Promise<SlowestStatementRow[] | null> {
    const [found] = await this.runner.query(findStatementStatistics());
    return found === undefined ? null : this.runner.query(listSlowestStatements({ ...found, limit }));
  }
}
