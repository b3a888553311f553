import { sql } from '../../../../kernel/database/sql.js';

export interface RemovedRow {
  attempts: string;
  events: string;
}

/**
 * Removes those of the events, under their lock, of which nothing is pending, each with all its attempts. It stays whole when
 * an attempt has no outcome yet, is to be tried again, was made since `before`, is held by somebody, or when the fold has
 * yet to take in what was written of it: what goes is then known to be in the rollups.
 */
export const removeEvents = (p: { eventIds: readonly string[]; before: string }) =>
  sql<RemovedRow>('maintenance.remove-events')`
  WITH held AS MATERIALIZED (
    SELECT a.user_id, a.event_ingested_at, a.event_id, a.id, a.written_in, a.success, a.attempted_at, a.should_retry, a.next_retry_at
      FROM delivery_attempts a
     WHERE a.event_id = ANY (${p.eventIds}::uuid[])
       FOR UPDATE SKIP LOCKED
  ), kept AS MATERIALIZED (
    SELECT h.event_id
      FROM held h
     CROSS JOIN statistics_state s
     WHERE h.success IS NULL
        OR (NOT h.success AND h.should_retry AND h.next_retry_at > now())
        OR h.attempted_at >= ${p.before}::timestamptz
        OR (h.written_in IS NOT NULL AND (h.written_in >= s.horizon OR h.written_in = ANY (s.in_flight)))
        OR EXISTS (SELECT FROM superseded_attempts v
                    WHERE v.user_id = h.user_id AND v.event_ingested_at = h.event_ingested_at AND v.event_id = h.event_id)
     UNION
    SELECT a.event_id
      FROM delivery_attempts a
     WHERE a.event_id = ANY (${p.eventIds}::uuid[]) AND NOT EXISTS (SELECT FROM held h WHERE h.id = a.id)
  ), gone AS (
    DELETE FROM delivery_attempts a
     USING held h
     WHERE a.user_id = h.user_id AND a.event_ingested_at = h.event_ingested_at AND a.event_id = h.event_id AND a.id = h.id
       AND NOT EXISTS (SELECT FROM kept k WHERE k.event_id = a.event_id)
    RETURNING a.id
  ), gone_events AS (
    DELETE FROM events e
     WHERE e.id = ANY (${p.eventIds}::uuid[])
       AND NOT EXISTS (SELECT FROM kept k WHERE k.event_id = e.id)
    RETURNING e.id
  ), told AS (
    INSERT INTO statistics_removals (removed_in)
    SELECT pg_current_xact_id() WHERE EXISTS (SELECT FROM gone)
  )
  SELECT (SELECT count(*) FROM gone) AS "attempts", (SELECT count(*) FROM gone_events) AS "events"`;
