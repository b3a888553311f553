import { sql } from '../../../kernel/database/sql.js';
import { attemptCounts, eventColumns, type EventRow } from './event-columns.js';

/** The event, if at least one attempt was made at an endpoint of this user; the counts are of those attempts. */
export const liveFindEvent = (p: { userId: string; eventId: string }) =>
  sql<{ asOf: string } & (EventRow | { id: null })>('events.live-find-event')`
  SELECT now() AS "asOf",
         ${eventColumns}
    FROM (SELECT 1) AS always
    LEFT JOIN (events e
      JOIN LATERAL (
        SELECT ${attemptCounts}
          FROM delivery_attempts da
         WHERE da.user_id = ${p.userId} AND da.event_ingested_at = coalesce(e.ingested_at, '-infinity') AND da.event_id = e.id
        HAVING count(*) > 0) AS tried ON true
      JOIN endpoints ep ON ep.id = tried.endpoint_id) ON e.id = ${p.eventId}`;
