import type { QueryRunner } from '../../../kernel/database/database.js';
import { dropChange } from './queries/drop-change.sql.js';
import { findOpenChange } from './queries/find-open-change.sql.js';
import { listLatestChanges, type SettingChangeRow } from './queries/list-latest-changes.sql.js';
import { markReverted } from './queries/mark-reverted.sql.js';
import { markVerified } from './queries/mark-verified.sql.js';
import { recordChange, type NewSettingChange } from './queries/record-change.sql.js';

export type { SettingChangeRow };

/** The target of the server's own settings; a table's has a dot in it. */
export const SERVER = 'server';

/** What maintenance has set, on tables and on the server: what it may change again, and take back. */
export class SettingChangesRepository {
  constructor(private readonly runner: QueryRunner) {}

  latest(target: string | null = null): Promise<SettingChangeRow[]> {
    return this.runner.query(listLatestChanges({ target }));
  }

  async open(target: string, setting: string): Promise<SettingChangeRow | undefined> {
    return (await this.runner.query(findOpenChange({ target, setting })))[0];
  }

  /** In the transaction of the change itself. */
  async record(change: NewSettingChange): Promise<void> {
    await this.runner.query(recordChange({ ...change, isVerified: true }));
  }

  /** Before a change that cannot be made in a transaction: what it replaces must be known whenever it is there. */
  async begin(change: NewSettingChange): Promise<string> {
    const [row] = await this.runner.query(recordChange({ ...change, isVerified: false }));
    if (row === undefined) throw new Error('INSERT … RETURNING has given no row');
    return row.id;
  }

  async verified(id: string): Promise<void> {
    await this.runner.query(markVerified({ id }));
  }

  async drop(id: string): Promise<void> {
    await this.runner.query(dropChange({ id }));
  }

  async reverted(id: string, { andEarlier }: { andEarlier: boolean }): Promise<void> {
    await this.runner.query(markReverted({ id, andEarlier }));
  }
}
