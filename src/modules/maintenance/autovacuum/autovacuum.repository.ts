import type { QueryRunner } from '../../../kernel/database/database.js';
import type { TunedSetting } from './formula.js';
import { optionList } from './proposals.js';
import type { TableRow } from './queries/list-tables.sql.js';
import { lockTable } from './queries/lock-table.sql.js';
import { resetTableOptions } from './queries/reset-table-options.sql.js';
import { setLockTimeout } from '../queries/set-lock-timeout.sql.js';
import { setTableOptions } from './queries/set-table-options.sql.js';

/** In one transaction: what is read after the lock is what holds until the end of it. */
export class AutovacuumRepository {
  constructor(private readonly tx: QueryRunner) {}

  /** Throws 503 lock_timeout. */
  async lock({ schema, name }: TableRow, lockTimeoutMs: number): Promise<void> {
    await this.tx.query(setLockTimeout({ ms: lockTimeoutMs }));
    await this.tx.query(lockTable({ schema, name }));
  }

  async set({ schema, name }: TableRow, options: ReadonlyMap<TunedSetting, number>): Promise<void> {
    await this.tx.query(setTableOptions({ schema, name, options: optionList(options) }));
  }

  async reset({ schema, name }: TableRow, settings: readonly TunedSetting[]): Promise<void> {
    await this.tx.query(resetTableOptions({ schema, name, settings }));
  }
}
