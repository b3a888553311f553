import { sql } from '../../../../kernel/database/sql.js';

export interface RecentTenantRow {
  userId: string;
  email: string | null;
  isThere: boolean;
  events: string;
  deliveries: string;
  successes: string;
  failures: string;
  avgDurationMs: number | null;
  deliveriesShare: number | null;
  /** When these figures were counted, RFC 3339. */
  refreshedAt: string;
}

export const findRecentStats = () => sql<{ isPopulated: boolean }>('monitoring.find-recent-stats')`
  SELECT c.relispopulated AS "isPopulated" FROM pg_class c WHERE c.oid = to_regclass('public.user_recent_stats')`;

/** Of the 24 hours before the view was refreshed; most deliveries first. */
export const listRecentTenants = (p: { limit: number; offset: number }) => sql<RecentTenantRow>(
  'monitoring.list-recent-tenants',
)`
  SELECT s.user_id AS "userId", p.email, p.id IS NOT NULL AS "isThere", s.event_count_24h AS "events",
         s.delivery_count_24h AS "deliveries", s.successful_24h AS "successes", s.failed_24h AS "failures",
         s.avg_duration_24h AS "avgDurationMs",
         (s.delivery_count_24h / nullif(sum(s.delivery_count_24h) OVER (), 0))::float8 AS "deliveriesShare",
         to_char(s.refreshed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "refreshedAt"
    FROM user_recent_stats s
    LEFT JOIN users p ON p.id = s.user_id
   ORDER BY s.delivery_count_24h DESC, s.user_id
   LIMIT ${p.limit} OFFSET ${p.offset}`;
