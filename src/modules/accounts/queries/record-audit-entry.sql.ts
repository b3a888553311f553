import { sql } from '../../../kernel/database/sql.js';

/** `metadata` is JSON. */
export const recordAuditEntry = (p: {
  userId: string;
  action: string;
  resourceType: string;
  resourceId: string;
  metadata: string;
  ip: string | null;
  userAgent: string | null;
}) => sql<never>('accounts.record-audit-entry')`
  INSERT INTO audit_logs (user_id, action, resource_type, resource_id, metadata, ip_address, user_agent)
  VALUES (${p.userId}, ${p.action}, ${p.resourceType}, ${p.resourceId}, ${p.metadata}::jsonb, ${p.ip}::inet, ${p.userAgent})`;
