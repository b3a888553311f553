import { sql } from '../../../../kernel/database/sql.js';

export interface TenantPointRow {
  /** The beginning of the step, RFC 3339. */
  at: string;
  requests: string;
  databaseMs: number;
  rows: string;
  bytes: string;
}

/** By steps of so many hours (UTC); one in which nothing was asked is not there. */
export const readTenantSeries = (p: { userId: string; from: string; until: string; stepHours: number }) =>
  sql<TenantPointRow>('monitoring.read-tenant-series')`
  SELECT to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "at", s.requests, s.database_ms AS "databaseMs",
         s.rows, s.bytes
    FROM (SELECT date_bin(make_interval(hours => ${p.stepHours}::int), h.hour, 'epoch') AS at,
                 sum(h.requests)::bigint AS requests, sum(h.database_ms) AS database_ms, sum(h.rows)::bigint AS rows,
                 sum(h.bytes)::bigint AS bytes
            FROM ethhook_admin_tenant_hours h
           WHERE h.user_id = ${p.userId} AND h.hour >= ${p.from}::timestamptz AND h.hour < ${p.until}::timestamptz
           GROUP BY 1) s
   ORDER BY s.at`;
