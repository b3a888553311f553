import type { QueryRunner } from '../../../../kernel/database/database.js';
import { listSwitches, type SwitchRow } from './queries/list-switches.sql.js';
import { readRole, type RoleRow } from './queries/read-role.sql.js';
import {
  readStatementStatistics,
  type StatementStatisticsRow,
} from './queries/read-statement-statistics.sql.js';

export class SettingsReadModel {
  constructor(private readonly runner: QueryRunner) {}

  role(): Promise<RoleRow> {
    return only(this.runner.query(readRole()));
  }

  statementStatistics(): Promise<StatementStatisticsRow> {
    return only(this.runner.query(readStatementStatistics()));
  }

  switches(names: readonly string[]): Promise<SwitchRow[]> {
    return this.runner.query(listSwitches({ names }));
  }
}

async function only<Row>(rows: Promise<Row[]>): Promise<Row> {
  const [row] = await rows;
  if (row === undefined) throw new Error('a SELECT without FROM has given no row');
  return row;
}
