import { sql } from '../../../kernel/database/sql.js';
import { endpointColumns, type EndpointRow } from './endpoint-columns.js';
import { isOwnEndpoint } from './ownership.js';

export const replaceHmacSecret = (p: { userId: string; endpointId: string; hmacSecret: string }) =>
  sql<EndpointRow>('accounts.replace-hmac-secret')`
  UPDATE endpoints ep
     SET hmac_secret = ${p.hmacSecret},
         updated_at = now()
   WHERE ep.id = ${p.endpointId}
     AND ${isOwnEndpoint(p.userId)}
  RETURNING ${endpointColumns}`;
