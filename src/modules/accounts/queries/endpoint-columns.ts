import { constant } from '../../../kernel/database/sql.js';

export interface EndpointRow {
  id: string;
  applicationId: string;
  name: string;
  webhookUrl: string;
  description: string | null;
  hmacSecret: string;
  chainIds: number[];
  contractAddresses: string[];
  eventSignatures: string[];
  isActive: boolean;
  createdAt: string | null;
  updatedAt: string | null;
}

const list = (column: string, type: string) => `array_remove(coalesce(${column}, '{}'::${type}[]), NULL)`;

/** Of the endpoint `ep`. Lists may be NULL, and those of EthHook's first schema may hold one NULL. */
export const endpointColumns = constant(`ep.id,
         ep.application_id AS "applicationId",
         ep.name,
         ep.webhook_url AS "webhookUrl",
         ep.description,
         ep.hmac_secret AS "hmacSecret",
         ${list('ep.chain_ids', 'integer')} AS "chainIds",
         ${list('ep.contract_addresses', 'text')} AS "contractAddresses",
         ${list('ep.event_signatures', 'text')} AS "eventSignatures",
         coalesce(ep.is_active, false) AS "isActive",
         ep.created_at AS "createdAt",
         ep.updated_at AS "updatedAt"`);
