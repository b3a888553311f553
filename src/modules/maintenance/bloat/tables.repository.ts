import type { JobContext } from '../../../kernel/tasks/job.js';
import { dropRepackRemnant } from './queries/drop-repack-remnant.sql.js';
import { findPgRepack } from './queries/find-pg-repack.sql.js';
import { listRepackRemnants, type RepackRemnantRow } from './queries/list-repack-remnants.sql.js';
import { readTableSize, type TableSizeRow } from './queries/read-table-size.sql.js';
import { vacuumFull } from './queries/vacuum-full.sql.js';

/** Everybody else's statements on the table queue up behind one that waits for it. */
const LOCK_TIMEOUT_MS = 1000;

/** The statement, for who is to read it first. */
export const commands = { dropRepackRemnant, vacuumFull };

export class TablesRepository {
  constructor(private readonly context: JobContext) {}

  async size(oid: string): Promise<TableSizeRow | undefined> {
    const [row] = await this.context.query(readTableSize({ oid }));
    return row;
  }

  /** Readers and writers wait for as long as it takes, but no longer than `maxBlockMs`: then the table is as it was. */
  async rewrite(table: { schema: string; table: string }, maxBlockMs: number): Promise<void> {
    await this.context.command(vacuumFull(table), { lockTimeoutMs: LOCK_TIMEOUT_MS, timeoutMs: maxBlockMs });
  }

  /** Null: it is not installed. */
  async repackVersion(): Promise<string | null> {
    const [row] = await this.context.query(findPgRepack());
    return row?.version ?? null;
  }

  repackRemnants(): Promise<RepackRemnantRow[]> {
    return this.context.query(listRepackRemnants());
  }

  async dropRepackRemnant(oid: string): Promise<void> {
    await this.context.command(dropRepackRemnant({ oid }), { lockTimeoutMs: LOCK_TIMEOUT_MS });
  }
}
