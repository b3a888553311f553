import type { QueryRunner } from '../../../../kernel/database/database.js';
import { findStatementSchema } from './queries/find-statement-schema.sql.js';
import { listDeadTuples, type DeadTuplesRow } from './queries/list-dead-tuples.sql.js';
import { listSlowestStatements, type SlowestStatementRow } from './queries/list-slowest-statements.sql.js';
import { readDatabaseRow, type DatabaseFigures } from './queries/read-database-row.sql.js';

/** The figures of the plan's checklists, as they are now. */
export class FiguresReadModel {
  constructor(private readonly runner: QueryRunner) {}

  async database(): Promise<DatabaseFigures | null> {
    const [row] = await this.runner.query(readDatabaseRow());
    return row?.figures ?? null;
  }

  deadTuples(limit: number): Promise<DeadTuplesRow[]> {
    return this.runner.query(listDeadTuples({ limit }));
  }

  /** null: there are no statistics of statements. */
  async slowestStatements(limit: number): Promise<SlowestStatementRow[] | null> {
    const [found] = await this.runner.query(findStatementSchema());
    return found === undefined ? null : this.runner.query(listSlowestStatements({ ...found, limit }));
  }
}
