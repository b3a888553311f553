import type { QueryRunner } from '../../kernel/database/database.js';
import type { Client } from '../../kernel/http/client.js';
import { recordAuditEntry } from './queries/record-audit-entry.sql.js';

/** A change that somebody made. */
export interface AuditEntry {
  /** Who made it. */
  userId: string;
  client: Client;
  /** `<resource>.<past participle>`, e.g. `endpoint.updated`. */
  action: string;
  resourceType: 'user' | 'application' | 'endpoint';
  resourceId: string;
  /** The fields that have changed, without secrets: those that were, and those that are. */
  before?: Readonly<Record<string, unknown>> | undefined;
  after?: Readonly<Record<string, unknown>> | undefined;
}

/** Writes into audit_logs, in the transaction of the change: both happen, or neither. */
export class AuditLogRepository {
  constructor(private readonly tx: QueryRunner) {}

  async record({
    userId,
    client,
    action,
    resourceType,
    resourceId,
    before,
    after,
  }: AuditEntry): Promise<void> {
    await this.tx.query(
      recordAuditEntry({
        userId,
        action,
        resourceType,
        resourceId,
        metadata: JSON.stringify({ before, after }),
        ip: client.ip,
        userAgent: client.userAgent,
      }),
    );
  }
}
