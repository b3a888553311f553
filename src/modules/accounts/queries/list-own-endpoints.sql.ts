import type { Caller } from '../../../kernel/auth/auth-user.js';
import { sql } from '../../../kernel/database/sql.js';
import { isCallersEndpoint } from './ownership.js';

export interface OwnEndpointRow {
  id: string;
}

/** Those of the endpoints that are the caller's. */
export const listOwnEndpoints = (p: { caller: Caller; endpointIds: readonly string[] }) =>
  sql<OwnEndpointRow>('accounts.list-own-endpoints')`
  SELECT ep.id
    FROM endpoints ep
   WHERE ep.id = ANY (${[...p.endpointIds]}::uuid[])
     AND ${isCallersEndpoint(p.caller)}`;
