import { sql } from '../../../kernel/database/sql.js';
import { endpointColumns, type EndpointRow } from './endpoint-columns.js';
import { isOwnEndpoint } from './ownership.js';

/** The endpoint, that nobody else changes until the transaction ends; attempts at it go on being written. */
export const lockEndpoint = (p: { userId: string; endpointId: string }) =>
  sql<EndpointRow>('accounts.lock-endpoint')`
  SELECT ${endpointColumns}
    FROM endpoints ep
   WHERE ep.id = ${p.endpointId}
     AND ${isOwnEndpoint(p.userId)}
     FOR NO KEY UPDATE`;
