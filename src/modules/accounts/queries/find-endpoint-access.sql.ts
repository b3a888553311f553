import type { Caller } from '../../../kernel/auth/auth-user.js';
import { sql } from '../../../kernel/database/sql.js';
import { isCallersEndpoint } from './ownership.js';

export interface EndpointAccessRow {
  isOwn: boolean;
}

/** Whether the endpoint is the caller's; no row when there is no such endpoint, or it is deleted. */
export const findEndpointAccess = (p: { caller: Caller; endpointId: string }) =>
  sql<EndpointAccessRow>('accounts.find-endpoint-access')`
  SELECT (${isCallersEndpoint(p.caller)}) AS "isOwn"
    FROM endpoints ep
   WHERE ep.id = ${p.endpointId}
     AND ep.deleted_at IS NULL`;
