import { fragment, nothing, sql } from '../../../kernel/database/sql.js';
import { endpointColumns, type EndpointRow } from './endpoint-columns.js';
import { isOwnEndpoint } from './ownership.js';

export interface EndpointChanges {
  name?: string | undefined;
  webhook_url?: string | undefined;
  description?: string | null | undefined;
  chain_ids?: readonly number[] | undefined;
  contract_addresses?: readonly string[] | undefined;
  event_signatures?: readonly string[] | undefined;
  is_active?: boolean | undefined;
}

/** Sets what is given, and no other column: a trigger follows each SET of chain_ids. */
export const updateEndpoint = ({
  userId,
  endpointId,
  set,
}: {
  userId: string;
  endpointId: string;
  set: EndpointChanges;
}) => sql<EndpointRow>('accounts.update-endpoint')`
  UPDATE endpoints ep
     SET ${set.name === undefined ? nothing : fragment`name = ${set.name}, `}
         ${set.webhook_url === undefined ? nothing : fragment`webhook_url = ${set.webhook_url}, `}
         ${set.description === undefined ? nothing : fragment`description = ${set.description}, `}
         ${set.chain_ids === undefined ? nothing : fragment`chain_ids = ${set.chain_ids}, `}
         ${set.contract_addresses === undefined ? nothing : fragment`contract_addresses = ${set.contract_addresses}, `}
         ${set.event_signatures === undefined ? nothing : fragment`event_signatures = ${set.event_signatures}, `}
         ${set.is_active === undefined ? nothing : fragment`is_active = ${set.is_active}, `}
         updated_at = now()
   WHERE ep.id = ${endpointId}
     AND ${isOwnEndpoint(userId)}
  RETURNING ${endpointColumns}`;
