import type { QueryRunner } from '../database/database.js';
import type { Client } from '../http/client.js';
import { recordAuditEntry } from './queries/record-audit-entry.sql.js';

/** Who makes a change, and from where. */
export interface Author {
  /** null: nobody who is in `users`, but whoever has the command line. */
  readonly userId: string | null;
  readonly client: Client;
  /** Of the command line: the operating system's user. */
  readonly cli?: string;
}

/** A change that somebody made. */
export interface AuditEntry extends Author {
  /** `<resource>.<past participle>`, e.g. `endpoint.updated`. */
  readonly action: string;
  readonly resourceType: 'user' | 'application' | 'endpoint' | 'job' | 'run' | 'cache' | 'finding' | 'alert';
  /** null: what has no id has a name. */
  readonly resourceId: string | null;
  readonly name?: string;
  /** In the words of who made it. */
  readonly reason?: string | undefined;
  /** The fields that have changed, without secrets: those that were, and those that are. */
  readonly before?: Readonly<Record<string, unknown>> | undefined;
  readonly after?: Readonly<Record<string, unknown>> | undefined;
}

/** Writes into audit_logs, in the transaction of the change: both happen, or neither. */
export class AuditLogRepository {
  constructor(private readonly tx: QueryRunner) {}

  async record(entry: AuditEntry): Promise<void> {
    const { userId, client, action, resourceType, resourceId, name, reason, cli, before, after } = entry;
    await this.tx.query(
      recordAuditEntry({
        userId,
        action,
        resourceType,
        resourceId,
        metadata: JSON.stringify({ name, reason, cli, before, after }),
        ip: client.ip,
        userAgent: client.userAgent,
      }),
    );
  }
}
