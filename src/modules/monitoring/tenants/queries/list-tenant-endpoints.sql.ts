import { sql } from '../../../../kernel/database/sql.js';
import { storedOfEndpointsCte } from '../../../statistics/index.js';
import { rowBytesCte } from './stored-bytes.js';
import type { TenantFigures } from './tenant-figures.js';

export interface TenantEndpointRow extends TenantFigures {
  /** All 0: requests that were not about one endpoint. */
  endpointId: string;
  name: string | null;
  isThere: boolean;
}

/** What a user has asked of each endpoint in the hours from `from` until before `until`, and stored; most database time first. */
export const listTenantEndpoints = (p: { userId: string; from: string; until: string; limit: number }) =>
  sql<TenantEndpointRow>('monitoring.list-tenant-endpoints')`
  WITH used AS MATERIALIZED (
    SELECT h.endpoint_id, sum(h.requests)::bigint AS requests, sum(h.database_ms) AS database_ms, sum(h.rows)::bigint AS rows,
           sum(h.bytes)::bigint AS bytes, sum(h.statements)::bigint AS statements
      FROM ethhook_admin_tenant_hours h
     WHERE h.user_id = ${p.userId} AND h.hour >= ${p.from}::timestamptz AND h.hour < ${p.until}::timestamptz
     GROUP BY h.endpoint_id
  ), ${storedOfEndpointsCte(p.userId)}, ${rowBytesCte}
  SELECT coalesce(u.endpoint_id, s.scope_id) AS "endpointId", e.name, e.id IS NOT NULL AND e.deleted_at IS NULL AS "isThere",
         coalesce(u.requests, 0) AS "requests", coalesce(u.database_ms, 0) AS "databaseMs", coalesce(u.rows, 0) AS "rows",
         coalesce(u.bytes, 0) AS "bytes", coalesce(u.statements, 0) AS "statements",
         coalesce(s.attempts, 0) AS "attempts", coalesce(s.events, 0) AS "events",
         round(coalesce(s.attempts, 0) * b.attempt + coalesce(s.events, 0) * b.event) AS "storedBytes",
         coalesce(s.attempts_per_day, 0) AS "attemptsPerDay",
         round(coalesce(s.attempts_per_day, 0) * b.attempt + coalesce(s.events_per_day, 0) * b.event) AS "bytesPerDay"
    FROM used u
    FULL JOIN stored s ON s.scope_id = u.endpoint_id
   CROSS JOIN row_bytes b
    LEFT JOIN endpoints e ON e.id = coalesce(u.endpoint_id, s.scope_id)
   ORDER BY coalesce(u.database_ms, 0) DESC, coalesce(s.attempts, 0) DESC, 1
   LIMIT ${p.limit}`;
