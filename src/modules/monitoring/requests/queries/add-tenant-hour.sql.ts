import { sql } from '../../../../kernel/database/sql.js';

export interface TenantCost {
  user_id: string;
  endpoint_id: string;
  requests: number;
  database_ms: number;
  rows: number;
  bytes: number;
  statements: number;
}

/** Adds to the hour of a minute. In order: two instances that add at once wait for each other, and never both. */
export const addTenantHour = (p: { minute: number; tenants: readonly TenantCost[] }) =>
  sql<never>('monitoring.add-tenant-hour')`
  INSERT INTO ethhook_admin_tenant_hours AS t (hour, user_id, endpoint_id, requests, database_ms, rows, bytes, statements)
  SELECT date_bin('1 hour', to_timestamp(${p.minute}::bigint * 60), 'epoch'), c.user_id, c.endpoint_id, c.requests,
         c.database_ms, c.rows, c.bytes, c.statements
    FROM jsonb_to_recordset(${JSON.stringify(p.tenants)}::jsonb)
      AS c (user_id uuid, endpoint_id uuid, requests bigint, database_ms float8, rows bigint, bytes bigint, statements bigint)
   ORDER BY c.user_id, c.endpoint_id
      ON CONFLICT (hour, user_id, endpoint_id) DO UPDATE
     SET requests = t.requests + excluded.requests, database_ms = t.database_ms + excluded.database_ms,
         rows = t.rows + excluded.rows, bytes = t.bytes + excluded.bytes, statements = t.statements + excluded.statements`;
