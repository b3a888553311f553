import { sql } from '../../../../kernel/database/sql.js';

export const hasRetention = () => sql<{ isThere: boolean }>('maintenance.has-retention')`
  SELECT to_regclass('public.ethhook_admin_retention') IS NOT NULL AS "isThere"`;

/** The first day (UTC) of which retention has removed nothing. */
export const readRetentionHorizon = () => sql<{ keptFrom: string }>('maintenance.read-retention-horizon')`
  SELECT coalesce(max(h.day::date + (h.day::date < h.day)::int), '-infinity')::text AS "keptFrom"
    FROM (SELECT r.attempts_before AT TIME ZONE 'UTC' AS day FROM ethhook_admin_retention r) h`;
