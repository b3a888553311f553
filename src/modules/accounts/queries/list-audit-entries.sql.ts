import { constant, fragment, nothing, sql, type SqlFragment } from '../../../kernel/database/sql.js';

export interface AuditEntryRow {
  id: string;
  action: string;
  resourceType: string | null;
  resourceId: string | null;
  /** JSON of any shape: EthHook and others write here too. */
  metadata: unknown;
  ip: string | null;
  userAgent: string | null;
  createdAt: string | null;
}

export interface AuditFilter {
  userId: string;
  action: string | undefined;
  resourceType: string | undefined;
  resourceId: string | undefined;
}

export interface AuditPlace {
  direction: 'older' | 'newer';
  at: string;
  id: string;
}

const filter = (column: string, value: string | undefined): SqlFragment =>
  value === undefined ? nothing : fragment`AND l.${constant(column)} = ${value}`;

const time = constant("coalesce(l.created_at, '-infinity'::timestamptz)");
const older = constant('<');
const newer = constant('>');
const newestFirst = fragment`ORDER BY ${time} DESC, l.id DESC`;
const oldestFirst = fragment`ORDER BY ${time}, l.id`;

/** The entries next to a place, beginning at it: newest first before it, oldest first behind it. */
export const listAuditEntries = ({
  userId,
  action,
  resourceType,
  resourceId,
  direction,
  at,
  id,
  limit,
}: AuditFilter & AuditPlace & { limit: number }) => sql<AuditEntryRow>('accounts.list-audit-entries')`
  SELECT l.id,
         l.action,
         l.resource_type AS "resourceType",
         l.resource_id AS "resourceId",
         l.metadata,
         l.ip_address AS "ip",
         l.user_agent AS "userAgent",
         l.created_at AS "createdAt"
    FROM audit_logs l
   WHERE l.user_id = ${userId}
     AND (${time}, l.id) ${direction === 'older' ? older : newer} (${at}::timestamptz, ${id}::uuid)
         ${filter('action', action)}
         ${filter('resource_type', resourceType)}
         ${filter('resource_id', resourceId)}
         ${direction === 'older' ? newestFirst : oldestFirst}
   LIMIT ${limit}`;
