import { setTimeout as sleep } from 'node:timers/promises';
import { sqlState } from '../../../kernel/database/database-error.js';
import type { Sql } from '../../../kernel/database/sql.js';
import { DomainError } from '../../../kernel/errors/domain-error.js';
import type { JobContext } from '../../../kernel/tasks/job.js';
import { analyzeOneTable } from './queries/analyze-one-table.sql.js';
import { listPartitionedTables, type PartitionedTableRow } from './queries/list-partitioned-tables.sql.js';
import { resetVacuumPace, setVacuumPace } from './queries/set-vacuum-pace.sql.js';
import { vacuumTable, type VacuumOptions } from './queries/vacuum-table.sql.js';
import { TableCareReads, type FreezeLimits, type TableCare, type XminHolder } from './table-care.reads.js';

export type { FreezeLimits, TableCare, XminHolder };

const LOCK_TIMEOUT_MS = 2000;
/** PostgreSQL 14 counts in a process of its own, that hears of it later. */
const COUNTED_WITHIN_MS = 2000;
const POLL_MS = 100;
const UNDEFINED_TABLE = '42P01';

export type PartitionedTable = PartitionedTableRow;
/** `skipped`: PostgreSQL has warned and done nothing, as it does without the rights for it. */
export type CareOutcome = 'done' | 'locked' | 'skipped' | 'gone';

type Named = Pick<TableCare, 'oid' | 'schema' | 'name'>;

/** For a person to read. */
export const vacuumText = (table: Named, options: VacuumOptions) =>
  vacuumTable({ ...table, ...options }).text;
export const analyzeText = (table: Named, isOnly = false) => analyzeOneTable({ ...table, isOnly }).text;

export class CareRepository extends TableCareReads {
  constructor(private readonly context: JobContext) {
    super(context);
  }

  partitionedTables(): Promise<PartitionedTable[]> {
    return this.context.query(listPartitionedTables({ oid: null }));
  }

  vacuum(table: Named, options: VacuumOptions): Promise<CareOutcome> {
    const vacuums = async () => (await this.table(table.oid))?.vacuums;
    return this.paced(vacuumTable({ ...table, ...options }), vacuums);
  }

  analyze(table: Named): Promise<CareOutcome> {
    const analyzes = async () => (await this.table(table.oid))?.analyzes;
    return this.paced(analyzeOneTable({ ...table, isOnly: false }), analyzes);
  }

  analyzePartitioned(table: Named, isOnly: boolean): Promise<CareOutcome> {
    const analyzes = async () =>
      (await this.context.query(listPartitionedTables({ oid: table.oid })))[0]?.analyzes;
    return this.paced(analyzeOneTable({ ...table, isOnly }), analyzes);
  }

  /** `count` is of the commands that PostgreSQL has carried out; undefined when there is no such table any more. */
  private async paced(statement: Sql<never>, count: () => Promise<number | undefined>): Promise<CareOutcome> {
    const before = await count();
    if (before === undefined) return 'gone';
    await this.context.query(setVacuumPace());
    try {
      await this.context.command(statement, { lockTimeoutMs: LOCK_TIMEOUT_MS });
    } catch (error) {
      if (error instanceof DomainError && error.code === 'lock_timeout') return 'locked';
      if (sqlState((error as Error).cause) === UNDEFINED_TABLE) return 'gone';
      throw error;
    } finally {
      await this.context.query(resetVacuumPace()).catch(() => undefined);
    }
    for (const deadline = performance.now() + COUNTED_WITHIN_MS; ; await sleep(POLL_MS)) {
      const now = await count();
      if (now === undefined || now > before) return 'done';
      if (performance.now() > deadline) return 'skipped';
    }
  }
}
