import type { TestDatabase } from './test-database.js';

export interface AuditRow {
  user_id: string | null;
  action: string;
  resource_type: string | null;
  resource_id: string | null;
  metadata: unknown;
  ip_address: string | null;
  user_agent: string | null;
}

/** The audit log as it is stored, oldest first, without logins. */
export const auditRows = ({ query }: TestDatabase): Promise<AuditRow[]> =>
  query<AuditRow & Record<string, unknown>>(
    `SELECT user_id, action, resource_type, resource_id, metadata, ip_address, user_agent
       FROM audit_logs
      WHERE action <> 'user.logged_in'
      ORDER BY created_at, id`,
  );
