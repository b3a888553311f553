import type { QueryRunner } from '../../../kernel/database/database.js';
import { listTableCare, type TableCareRow } from './queries/list-table-care.sql.js';
import {
  listXminHolders,
  readFreezeLimits,
  type FreezeLimitsRow,
  type XminHolderRow,
} from './queries/list-xmin-holders.sql.js';

export type TableCare = TableCareRow;
export type XminHolder = XminHolderRow;
export type FreezeLimits = FreezeLimitsRow;

const SHOWN_HOLDERS = 3;

/** How far tables are from their next VACUUM, ANALYZE and freezing, and what keeps these from their work. */
export class TableCareReads {
  constructor(private readonly runner: QueryRunner) {}

  tables(): Promise<TableCare[]> {
    return this.runner.query(listTableCare({ oid: null }));
  }

  async table(oid: number): Promise<TableCare | undefined> {
    const [table] = await this.runner.query(listTableCare({ oid }));
    return table;
  }

  xminHolders(limit = SHOWN_HOLDERS): Promise<XminHolder[]> {
    return this.runner.query(listXminHolders({ limit }));
  }

  async freezeLimits(): Promise<FreezeLimits> {
    const [limits] = await this.runner.query(readFreezeLimits());
    if (limits === undefined) throw new Error('the database is not in pg_database');
    return limits;
  }
}
