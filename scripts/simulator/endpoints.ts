import type pg from 'pg';
import type { Receiver } from '../../src/demo/delivery-outcomes.js';

/** An active endpoint, and how its receiver will answer. */
export interface TargetEndpoint extends Receiver {
  id: string;
  chainIds: number[];
  contracts: string[];
  signatures: string[];
  maxRetries: number;
}

interface EndpointRow {
  id: string;
  webhook_url: string;
  chain_ids: number[] | null;
  contract_addresses: string[] | null;
  event_signatures: string[] | null;
  max_retries: number | null;
  timeout_seconds: number | null;
}

export class NoEndpointsError extends Error {
  constructor() {
    super('There is no active endpoint to deliver to: create one, or fill the database (npm run db:seed)');
  }
}

const MAX_ENDPOINTS = 20_000;

/** Those of one application, or all of them. Throws NoEndpointsError when there is none. */
export async function readEndpoints(client: pg.Client, applicationId?: string): Promise<TargetEndpoint[]> {
  const { rows } = await client.query<EndpointRow>(
    `SELECT e.id, e.webhook_url, e.chain_ids, e.contract_addresses, e.event_signatures, e.max_retries, e.timeout_seconds
       FROM endpoints e WHERE e.is_active AND e.application_id = coalesce($1, e.application_id)
      ORDER BY e.created_at, e.id LIMIT ${MAX_ENDPOINTS}`,
    [applicationId],
  );
  if (rows.length === 0) throw new NoEndpointsError();
  return rows.map((row) => ({
    id: row.id,
    webhookUrl: row.webhook_url,
    chainIds: row.chain_ids ?? [],
    contracts: row.contract_addresses ?? [],
    signatures: row.event_signatures ?? [],
    maxRetries: row.max_retries ?? 5,
    timeoutSeconds: row.timeout_seconds ?? 30,
    medianMs: 120,
    answerStyle: row.id.charCodeAt(0) % 4,
    downSinceUs: null,
  }));
}
