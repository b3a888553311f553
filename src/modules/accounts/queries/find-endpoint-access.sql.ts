import { sql } from '../../../kernel/database/sql.js';

export interface EndpointAccessRow {
  isOwn: boolean;
}

/** Whether the endpoint is this user's; no row when there is no such endpoint, or it is deleted. */
export const findEndpointAccess = (p: { userId: string; endpointId: string }) =>
  sql<EndpointAccessRow>('accounts.find-endpoint-access')`
  SELECT a.user_id = ${p.userId} AS "isOwn"
    FROM endpoints ep
    JOIN applications a ON a.id = ep.application_id
   WHERE ep.id = ${p.endpointId}
     AND ep.deleted_at IS NULL`;
