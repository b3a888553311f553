import { sql } from '../../../kernel/database/sql.js';
import { isOwnEndpoint } from './ownership.js';

export interface OwnedEndpointRow {
  id: string;
}

/** The endpoint, if an application of this user has it; else no row. */
export const findOwnedEndpoint = (p: { userId: string; endpointId: string }) =>
  sql<OwnedEndpointRow>('accounts.find-owned-endpoint')`
  SELECT ep.id
    FROM endpoints ep
   WHERE ep.id = ${p.endpointId}
     AND ${isOwnEndpoint(p.userId)}`;
