import type { Caller } from '../../../kernel/auth/auth-user.js';
import { nodeMoment, sql } from '../../../kernel/database/sql.js';
import { attemptCounts, eventColumns, type EventRow } from './event-columns.js';
import { originalAttempts } from './original-attempts.js';

/** One row always: with the event's columns NULL where it is not there or not this user's. */
export type OriginalFoundRow = { asOf: string } & (EventRow | { id: null });

/** The event, if at least one attempt was made at an endpoint of the caller; the counts are of those attempts. */
export const originalFindEvent = ({ caller, eventId }: { caller: Caller; eventId: string }) =>
  sql<OriginalFoundRow>('events.original-find-event')`
  SELECT found.*, always."asOf"
    FROM (SELECT ${nodeMoment} AS "asOf") AS always
    LEFT JOIN (
      SELECT ${eventColumns}
        FROM events e
       CROSS JOIN LATERAL (
         SELECT ${attemptCounts}
           FROM ${originalAttempts(caller)}
            AND da.event_id = e.id
       ) AS tried
        JOIN endpoints ep ON ep.id = tried.endpoint_id
       WHERE e.id = ${eventId}
    ) AS found ON true`;
