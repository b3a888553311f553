import { sql } from '../../../kernel/database/sql.js';
import { endpointColumns, type EndpointRow } from './endpoint-columns.js';
import { isOwnEndpoint } from './ownership.js';

export const findEndpoint = (p: { userId: string; endpointId: string }) =>
  sql<EndpointRow>('accounts.find-endpoint')`
  SELECT ${endpointColumns}
    FROM endpoints ep
   WHERE ep.id = ${p.endpointId}
     AND ${isOwnEndpoint(p.userId)}`;
