import type { Caller } from '../../../kernel/auth/auth-user.js';
import { fragment, nodeMoment, nothing, sql } from '../../../kernel/database/sql.js';
import { attemptCounts, eventColumns, type EventRow } from './event-columns.js';

/** The event, if at least one attempt was made at an endpoint of the caller; the counts are of those attempts. */
export const liveFindEvent = ({ caller, eventId }: { caller: Caller; eventId: string }) =>
  sql<{ asOf: string } & (EventRow | { id: null })>('events.live-find-event')`
  SELECT ${nodeMoment} AS "asOf",
         ${eventColumns}
    FROM (SELECT 1) AS always
    LEFT JOIN (events e
      JOIN LATERAL (
        SELECT ${attemptCounts}
          FROM delivery_attempts da
         WHERE da.user_id = ${caller.userId} AND da.event_ingested_at = coalesce(e.ingested_at, '-infinity') AND da.event_id = e.id
           ${ofApplication(caller)}
        HAVING count(*) > 0) AS tried ON true
      JOIN endpoints ep ON ep.id = tried.endpoint_id) ON e.id = ${eventId}`;

const ofApplication = ({ applicationId }: Caller) =>
  applicationId === undefined
    ? nothing
    : fragment`AND da.endpoint_id IN (SELECT p.id FROM endpoints p WHERE p.application_id = ${applicationId})`;
