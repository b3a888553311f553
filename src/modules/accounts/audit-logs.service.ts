import { Injectable } from '@nestjs/common';
import { cursorsOf } from '../../kernel/http/cursor-paging.js';
import { Cursors } from '../../kernel/http/cursor.js';
import { AuditLogsReadModel, type AuditEntryRow, type AuditFilter } from './audit-logs.read-model.js';
import type { AuditEntryDto, AuditLogDto } from './dto/audit-entry.dto.js';
import type { ListAuditLogsQuery } from './dto/list-audit-logs.query.js';

@Injectable()
export class AuditLogsService {
  constructor(
    private readonly auditLogs: AuditLogsReadModel,
    private readonly cursors: Cursors,
  ) {}

  /** Throws 400 for a cursor of another list. */
  async list(userId: string, query: ListAuditLogsQuery): Promise<AuditLogDto> {
    const filter: AuditFilter = {
      userId,
      action: query.action,
      resourceType: query.resource_type,
      resourceId: query.resource_id,
    };
    const scope = { list: 'audit-logs', ...filter };
    const cursor = query.cursor === undefined ? undefined : this.cursors.decode(query.cursor, scope);
    const { entries, ...beyond } = await this.auditLogs.page(filter, cursor, query.limit);
    const rows = entries.map(({ createdAt: at, id }) => ({ at, id }));
    return {
      audit_logs: entries.map(toAuditEntryDto),
      ...cursorsOf({ rows, ...beyond }, (place) => this.cursors.encode(place, scope)),
    };
  }
}

const toAuditEntryDto = (row: AuditEntryRow): AuditEntryDto => ({
  id: row.id,
  action: row.action,
  resource_type: row.resourceType,
  resource_id: row.resourceId,
  before: fieldsOf(row.metadata, 'before'),
  after: fieldsOf(row.metadata, 'after'),
  metadata: row.metadata,
  ip_address: row.ip,
  user_agent: row.userAgent,
  created_at: row.createdAt,
});

/** Null in entries of other shapes, which others wrote. */
function fieldsOf(metadata: unknown, key: 'before' | 'after'): AuditEntryDto['before'] {
  const fields = isObject(metadata) ? metadata[key] : undefined;
  return isObject(fields) ? fields : null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
