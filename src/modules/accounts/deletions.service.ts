import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import type { Client } from '../../kernel/http/client.js';
import { Cursors } from '../../kernel/http/cursor.js';
import { applicationNotFound, deletionNotFound, endpointNotFound } from './accounts.errors.js';
import { AuditLogRepository } from '../../kernel/audit/audit-log.repository.js';
import { DeletionsReadModel } from './deletions.read-model.js';
import { DeletionsRepository } from './deletions.repository.js';
import type { DeletionDto, DeletionListDto } from './dto/deletion.dto.js';
import type { ListDeletionsQuery } from './dto/list-deletions.query.js';
import type { DeletionRow } from './queries/deletion-columns.js';

/** Somebody waits for the answer: 503 lock_timeout after so long. */
const LOCK_TIMEOUT_MS = 2000;

export type Deletable = Pick<DeletionRow, 'resourceType' | 'resourceId'>;

@Injectable()
export class DeletionsService {
  constructor(
    private readonly database: Database,
    private readonly reads: DeletionsReadModel,
    private readonly cursors: Cursors,
  ) {}

  /**
   * Hides it, whatever it has; the task removes it. Returns the deletion's id. Throws 404 application_not_found or
   * endpoint_not_found for what is not the user's or was deleted before.
   */
  delete(userId: string, { resourceType, resourceId }: Deletable, client: Client): Promise<string> {
    const resource = { userId, resourceType, resourceId };
    return this.database.transaction({}, async (tx) => {
      const repository = new DeletionsRepository(tx);
      await repository.waitForLocks(LOCK_TIMEOUT_MS);
      const name = await repository.hide(resource);
      if (name === undefined)
        throw resourceType === 'application' ? applicationNotFound() : endpointNotFound();
      const deletionId = await repository.request(resource, name);
      const action = `${resourceType}.deleted`;
      await new AuditLogRepository(tx).record({ ...resource, client, action, before: { name } });
      return deletionId;
    });
  }

  async list(userId: string, { limit, cursor }: ListDeletionsQuery): Promise<DeletionListDto> {
    const scope = { list: 'deletions', userId };
    const before = cursor === undefined ? undefined : this.cursors.decode(cursor, scope);
    const rows = await this.reads.list(userId, before, limit + 1);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      deletions: page.map(toDto),
      next_cursor: last
        ? this.cursors.encode({ direction: 'older', at: last.requestedAt, id: last.id }, scope)
        : null,
    };
  }

  /** Throws 404 deletion_not_found. */
  async find(userId: string, deletionId: string): Promise<DeletionDto> {
    const row = await this.reads.find(userId, deletionId);
    if (row === undefined) throw deletionNotFound();
    return toDto(row);
  }
}

function toDto(row: DeletionRow): DeletionDto {
  const removed = Number(row.attemptsRemoved);
  return {
    id: row.id,
    resource_type: row.resourceType,
    resource_id: row.resourceId,
    name: row.name,
    status: row.finishedAt !== null ? 'finished' : removed > 0 ? 'running' : 'pending',
    requested_at: row.requestedAt,
    finished_at: row.finishedAt,
    attempts_total: Math.max(Number(row.attemptsTotal), removed),
    attempts_removed: removed,
  };
}
