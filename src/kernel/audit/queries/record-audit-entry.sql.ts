import { sql } from '../../database/sql.js';

/** `metadata` is JSON. */
export const recordAuditEntry = (p: {
  userId: string | null;
  action: string;
  resourceType: string;
  resourceId: string | null;
  metadata: string;
  ip: string | null;
  userAgent: string | null;
}) => sql<never>('audit.record-audit-entry')`
  INSERT INTO audit_logs (user_id, action, resource_type, resource_id, metadata, ip_address, user_agent)
  VALUES (${p.userId}, ${p.action}, ${p.resourceType}, ${p.resourceId}, ${p.metadata}::jsonb, ${p.ip}::inet, ${p.userAgent})`;
