import { sql } from '../../../kernel/database/sql.js';

export interface RebuildRow {
  id: string;
  userId: string;
  part: 'all' | 'applications' | 'chains';
  doneUntil: string | null;
}

/** The oldest request; one that is half done first. */
export const nextRebuild = () => sql<RebuildRow>('statistics.next-rebuild')`
  SELECT r.id, r.user_id AS "userId", r.part, r.done_until::text AS "doneUntil"
    FROM statistics_rebuilds r
   ORDER BY r.done_until IS NULL, r.id
   LIMIT 1`;

/** Where a range of about `attempts` attempts ends that begins at `from`: a midnight (UTC), or infinity. */
export const endOfRange = (p: { userId: string; from: string; attempts: number }) =>
  sql<{ to: string }>('statistics.end-of-range')`
  SELECT coalesce(
    (SELECT date_trunc('day', greatest(x.event_ingested_at, 'epoch'), 'UTC') + INTERVAL '1 day'
       FROM (SELECT a.event_ingested_at FROM delivery_attempts a
              WHERE a.user_id = ${p.userId} AND a.event_ingested_at >= ${p.from}::timestamptz
              ORDER BY a.event_ingested_at OFFSET ${p.attempts} LIMIT 1) x), 'infinity')::text AS "to"`;

export const markRebuilt = (p: { id: string; until: string }) => sql<object>('statistics.mark-rebuilt')`
  UPDATE statistics_rebuilds SET done_until = ${p.until}::timestamptz WHERE id = ${p.id}`;

export const endRebuild = (p: { id: string }) => sql<object>('statistics.end-rebuild')`
  DELETE FROM statistics_rebuilds r WHERE r.id = ${p.id}`;

export const requestRebuild = (p: { userId: string | null; reason: string }) => sql<object>(
  'statistics.request-rebuild',
)`
  INSERT INTO statistics_rebuilds (user_id, part, reason)
  SELECT u.id, 'all', ${p.reason} FROM users u WHERE ${p.userId}::uuid IS NULL OR u.id = ${p.userId}`;
