import { fragment, nothing, sql } from '../../../kernel/database/sql.js';
import { attemptCounts, eventColumns, type EventRow } from './event-columns.js';

/** The total stands in every row; a page past the end is one row with the total alone. */
export type EventPageRow = { total: string } & (EventRow | { id: null });

/**
 * A page of the events that were tried at endpoints of this user (or at one of them), newest first by
 * (ingested_at, id), with the total; one statement, so page and total are of the same moment.
 * The counts are of this user's attempts alone; the named endpoint is the one with the smallest id.
 */
export const listEvents = (p: {
  userId: string;
  endpointId?: string | undefined;
  limit: number;
  offset: number;
}) => {
  const ofEndpoint = p.endpointId === undefined ? nothing : fragment`AND ep.id = ${p.endpointId}`;
  return sql<EventPageRow>('events.list-events')`
  WITH tenant_endpoints AS MATERIALIZED (
    SELECT ep.id
      FROM applications a
      JOIN endpoints ep ON ep.application_id = a.id
     WHERE a.user_id = ${p.userId} ${ofEndpoint}
  ), tried_events AS MATERIALIZED (
    SELECT DISTINCT da.event_id
      FROM delivery_attempts da
     WHERE da.endpoint_id IN (SELECT te.id FROM tenant_endpoints te)
  ), page AS MATERIALIZED (
    SELECT e.id, e.ingested_at
      FROM tried_events t
      JOIN events e ON e.id = t.event_id
     ORDER BY e.ingested_at DESC NULLS LAST, e.id DESC
     LIMIT ${p.limit} OFFSET ${p.offset}
  )
  SELECT (SELECT count(*) FROM tried_events) AS "total",
         ${eventColumns}
    FROM (SELECT 1) AS always
    LEFT JOIN page ON true
    LEFT JOIN events e ON e.id = page.id
    LEFT JOIN LATERAL (
      SELECT ${attemptCounts}
        FROM delivery_attempts da
       WHERE da.event_id = page.id
         AND da.endpoint_id IN (SELECT te.id FROM tenant_endpoints te)
    ) AS tried ON true
    LEFT JOIN endpoints ep ON ep.id = tried.endpoint_id
   ORDER BY e.ingested_at DESC NULLS LAST, e.id DESC`;
};
