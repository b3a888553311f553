import { sql } from '../../../kernel/database/sql.js';

export interface OwnedEndpointRow {
  id: string;
}

/** The endpoint, if an application of this user has it and it is not deleted; else no row. */
export const findOwnedEndpoint = (p: { userId: string; endpointId: string }) =>
  sql<OwnedEndpointRow>('accounts.find-owned-endpoint')`
  SELECT ep.id
    FROM endpoints ep
    JOIN applications a ON a.id = ep.application_id
   WHERE ep.id = ${p.endpointId}
     AND a.user_id = ${p.userId}
     AND ep.deleted_at IS NULL`;
