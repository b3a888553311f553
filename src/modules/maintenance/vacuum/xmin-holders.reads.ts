import type { QueryRunner } from '../../../kernel/database/database.js';
import { listXminHolders, type XminHolderRow } from './queries/list-xmin-holders.sql.js';

export type XminHolder = XminHolderRow;

/** What keeps VACUUM from removing dead rows. */
export class XminHoldersReads {
  constructor(private readonly runner: QueryRunner) {}

  /** The oldest first. */
  oldest(limit: number): Promise<XminHolder[]> {
    return this.runner.query(listXminHolders({ limit }));
  }
}
