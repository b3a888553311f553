import { constant, sql } from '../../../../kernel/database/sql.js';
import { storedOfUsersCte } from '../../../statistics/index.js';
import { rowBytesCte } from './stored-bytes.js';
import type { TenantFigures } from './tenant-figures.js';

const columns = {
  requests: 'requests',
  database_ms: 'database_ms',
  rows: 'rows',
  response_bytes: 'bytes',
  stored_bytes: 'stored_bytes',
  growth: 'bytes_per_day',
} as const;
export type TenantSort = keyof typeof columns;

export interface TenantRow extends TenantFigures {
  userId: string;
  email: string | null;
  isThere: boolean;
  eventsPerDay: number;
  /** Of the whole, from 0 to 1; null: there is none. */
  requestsShare: number | null;
  databaseShare: number | null;
  rowsShare: number | null;
  bytesShare: number | null;
  storedShare: number | null;
  /** Of all pages. */
  tenants: number;
}

/** Whoever has asked in the hours from `from` until before `until`, or has stored something; of them one where `userId` is given. */
export const listTenants = (p: {
  from: string;
  until: string;
  sort: TenantSort;
  limit: number;
  offset: number;
  userId: string | null;
}) => sql<TenantRow>('monitoring.list-tenants')`
  WITH used AS MATERIALIZED (
    SELECT h.user_id, sum(h.requests)::bigint AS requests, sum(h.database_ms) AS database_ms, sum(h.rows)::bigint AS rows,
           sum(h.bytes)::bigint AS bytes, sum(h.statements)::bigint AS statements
      FROM ethhook_admin_tenant_hours h
     WHERE h.hour >= ${p.from}::timestamptz AND h.hour < ${p.until}::timestamptz
     GROUP BY h.user_id
  ), ${storedOfUsersCte}, ${rowBytesCte}, tenants AS (
    SELECT user_id, coalesce(u.requests, 0) AS requests, coalesce(u.database_ms, 0) AS database_ms, coalesce(u.rows, 0) AS rows,
           coalesce(u.bytes, 0) AS bytes, coalesce(u.statements, 0) AS statements,
           coalesce(s.attempts, 0) AS attempts, coalesce(s.events, 0) AS events,
           round(coalesce(s.attempts, 0) * b.attempt + coalesce(s.events, 0) * b.event) AS stored_bytes,
           coalesce(s.attempts_per_day, 0) AS attempts_per_day, coalesce(s.events_per_day, 0) AS events_per_day,
           round(coalesce(s.attempts_per_day, 0) * b.attempt + coalesce(s.events_per_day, 0) * b.event) AS bytes_per_day
      FROM used u
      FULL JOIN stored s USING (user_id)
     CROSS JOIN row_bytes b
  ), shares AS (
    SELECT t.*, (count(*) OVER ())::int AS tenants,
           (t.requests / nullif(sum(t.requests) OVER (), 0))::float8 AS requests_share,
           t.database_ms / nullif(sum(t.database_ms) OVER (), 0) AS database_share,
           (t.rows / nullif(sum(t.rows) OVER (), 0))::float8 AS rows_share,
           (t.bytes / nullif(sum(t.bytes) OVER (), 0))::float8 AS bytes_share,
           t.stored_bytes / nullif(sum(t.stored_bytes) OVER (), 0) AS stored_share
      FROM tenants t)
  SELECT t.user_id AS "userId", p.email, p.id IS NOT NULL AS "isThere", t.requests, t.database_ms AS "databaseMs", t.rows, t.bytes,
         t.statements, t.attempts, t.events, t.stored_bytes AS "storedBytes", t.attempts_per_day AS "attemptsPerDay",
         t.events_per_day AS "eventsPerDay", t.bytes_per_day AS "bytesPerDay", t.requests_share AS "requestsShare",
         t.database_share AS "databaseShare", t.rows_share AS "rowsShare", t.bytes_share AS "bytesShare",
         t.stored_share AS "storedShare", t.tenants
    FROM shares t
    LEFT JOIN users p ON p.id = t.user_id
   WHERE ${p.userId}::uuid IS NULL OR t.user_id = ${p.userId}::uuid
   ORDER BY t.${constant(columns[p.sort])} DESC NULLS LAST, t.user_id
   LIMIT ${p.limit} OFFSET ${p.offset}`;
