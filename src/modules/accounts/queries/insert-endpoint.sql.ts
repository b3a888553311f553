import { sql } from '../../../kernel/database/sql.js';
import { endpointColumns, type EndpointRow } from './endpoint-columns.js';

export interface NewEndpoint {
  applicationId: string;
  name: string;
  webhookUrl: string;
  description: string | null;
  hmacSecret: string;
  chainIds: readonly number[];
  contractAddresses: readonly string[];
  eventSignatures: readonly string[];
}

/** The application must be known to be the user's. */
export const insertEndpoint = (p: NewEndpoint) => sql<EndpointRow>('accounts.insert-endpoint')`
  INSERT INTO endpoints AS ep
         (application_id, name, webhook_url, description, hmac_secret, chain_ids, contract_addresses, event_signatures)
  VALUES (${p.applicationId}, ${p.name}, ${p.webhookUrl}, ${p.description}, ${p.hmacSecret}, ${p.chainIds},
          ${p.contractAddresses}, ${p.eventSignatures})
  RETURNING ${endpointColumns}`;
