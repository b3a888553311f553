import { fragment, nothing, sql } from '../../../kernel/database/sql.js';
import { endpointColumns, type EndpointRow } from './endpoint-columns.js';
import { isOwnEndpoint } from './ownership.js';

/** All of the user's, or those of an application, newest first. */
export const listEndpoints = (p: { userId: string; applicationId?: string | undefined }) =>
  sql<EndpointRow>('accounts.list-endpoints')`
  SELECT ${endpointColumns}
    FROM endpoints ep
   WHERE ${isOwnEndpoint(p.userId)}
         ${p.applicationId === undefined ? nothing : fragment`AND ep.application_id = ${p.applicationId}`}
   ORDER BY ep.created_at DESC NULLS LAST, ep.id`;
