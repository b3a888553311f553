import { fragment, nothing, sql } from '../../../../kernel/database/sql.js';

/** A place in the order of events: time to the microsecond, then id. */
export interface EventPlace {
  at: string;
  id: string;
}

/**
 * The oldest events that were ingested before `before`, in order, from `after` on (excluded): before it is next to nothing,
 * but index entries that stay for as long as some snapshot sees them. The lock makes inserts of their attempts wait; events
 * of which somebody is inserting one are left out.
 */
export const lockOldEvents = (p: { before: string; after: EventPlace | null; limit: number }) =>
  sql<EventPlace>('maintenance.lock-old-events')`
  SELECT e.id, e.ingested_at::text AS "at"
    FROM events e
   WHERE e.ingested_at < ${p.before}::timestamptz
     ${p.after === null ? nothing : fragment`AND (e.ingested_at, e.id) > (${p.after.at}::timestamptz, ${p.after.id}::uuid)`}
   ORDER BY e.ingested_at, e.id
   LIMIT ${p.limit}
     FOR UPDATE SKIP LOCKED`;
