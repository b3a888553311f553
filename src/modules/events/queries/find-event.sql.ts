import { sql } from '../../../kernel/database/sql.js';
import { attemptCounts, eventColumns, type EventRow } from './event-columns.js';

/** The event, if at least one attempt was made at an endpoint of this user; the counts are of those attempts. */
export const findEvent = (p: { userId: string; eventId: string }) => sql<EventRow>('events.find-event')`
  SELECT ${eventColumns}
    FROM events e
   CROSS JOIN LATERAL (
     SELECT ${attemptCounts}
       FROM delivery_attempts da
       JOIN endpoints own ON own.id = da.endpoint_id
       JOIN applications a ON a.id = own.application_id
      WHERE da.event_id = e.id
        AND a.user_id = ${p.userId}
   ) AS tried
    JOIN endpoints ep ON ep.id = tried.endpoint_id
   WHERE e.id = ${p.eventId}`;
