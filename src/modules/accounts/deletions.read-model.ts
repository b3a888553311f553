import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { Reads } from '../../kernel/database/replicas/reads.js';
import { countUnfinishedDeletions } from './queries/count-unfinished-deletions.sql.js';
import type { DeletionRow } from './queries/deletion-columns.js';
import { findDeletion } from './queries/find-deletion.sql.js';
import { listDeletions } from './queries/list-deletions.sql.js';

@Injectable()
export class DeletionsReadModel {
  constructor(
    private readonly database: Database,
    private readonly reads: Reads,
  ) {}

  /** Newest first. */
  async list(
    userId: string,
    before: { at: string; id: string } | undefined,
    limit: number,
  ): Promise<DeletionRow[]> {
    return this.reads.query(listDeletions({ userId, before, limit }));
  }

  async find(userId: string, deletionId: string): Promise<DeletionRow | undefined> {
    const [row] = await this.reads.query(findDeletion({ userId, deletionId }));
    return row;
  }

  /** Of all users. */
  async unfinished(): Promise<number> {
    const [row] = await this.database.background.query(countUnfinishedDeletions());
    return Number(row?.count ?? 0);
  }
}
