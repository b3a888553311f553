import { sql } from '../../../../kernel/database/sql.js';

/** Midnight (UTC) so many days ago. */
export const findCutoff = (p: { days: number }) => sql<{ before: string }>('maintenance.find-cutoff')`
  SELECT (date_trunc('day', now(), 'UTC') - make_interval(hours => 24 * ${p.days}::int))::text AS "before"`;

/** From here on readers know that events from before may be gone. Never moves back. */
export const moveRetention = (p: { before: string }) => sql<object>('maintenance.move-retention')`
  UPDATE ethhook_admin_retention t
     SET attempts_before = greatest(t.attempts_before, ${p.before}::timestamptz),
         events_before = greatest(t.events_before, ${p.before}::timestamptz)`;

export interface ObstacleRow {
  /** Tables other than delivery_attempts whose rows belong to events or attempts. */
  dependants: string[];
  /** Deletes of attempts are told to the fold. */
  isTold: boolean;
  /** Statistics are being counted anew. */
  isCounting: boolean;
}

/** What would make a removal lose figures, or other rows. */
export const readObstacles = () => sql<ObstacleRow>('maintenance.read-obstacles')`
  SELECT ARRAY(SELECT DISTINCT c.conrelid::regclass::text FROM pg_constraint c
                WHERE c.contype = 'f' AND c.confrelid IN ('events'::regclass, 'delivery_attempts'::regclass)
                  AND c.conrelid <> 'delivery_attempts'::regclass
                ORDER BY 1) AS "dependants",
         EXISTS (SELECT FROM pg_trigger t
                  WHERE t.tgrelid = 'delivery_attempts'::regclass AND t.tgname = 'ethhook_admin_supersede_deleted'
                    AND t.tgenabled IN ('O', 'A')) AS "isTold",
         (SELECT s.rebasing OR s.horizon > pg_snapshot_xmax(pg_current_snapshot()) FROM statistics_state s)
           OR EXISTS (SELECT FROM statistics_rebuilds) AS "isCounting"`;

/** Versions of attempts that the rollups still hold, counted to `limit`. */
export const countUnfolded = (p: { limit: number }) => sql<{ unfolded: number }>(
  'maintenance.count-unfolded',
)`
  SELECT count(*)::int AS "unfolded"
    FROM (SELECT FROM superseded_attempts v
           WHERE v.superseded_in >= (SELECT s.horizon FROM statistics_state s)
           ORDER BY v.superseded_in LIMIT ${p.limit}) x`;
