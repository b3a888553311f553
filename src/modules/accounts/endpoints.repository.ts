import type { QueryRunner } from '../../kernel/database/database.js';
import { onlyRow } from './only-row.js';
import type { EndpointRow } from './queries/endpoint-columns.js';
import { findEndpointLimit } from './queries/find-endpoint-limit.sql.js';
import { insertEndpoint, type NewEndpoint } from './queries/insert-endpoint.sql.js';
import { lockEndpoint } from './queries/lock-endpoint.sql.js';
import { replaceHmacSecret } from './queries/replace-hmac-secret.sql.js';
import type { TierLimitRow } from './queries/tier-limits.js';
import { updateEndpoint, type EndpointChanges } from './queries/update-endpoint.sql.js';

/** Writes endpoints, in the transaction of a change. */
export class EndpointsRepository {
  constructor(private readonly tx: QueryRunner) {}

  /** The application must be locked, or else another transaction may add one too. */
  async limit(userId: string, applicationId: string): Promise<TierLimitRow | undefined> {
    const [row] = await this.tx.query(findEndpointLimit({ userId, applicationId }));
    return row;
  }

  async insert(endpoint: NewEndpoint): Promise<EndpointRow> {
    return onlyRow(await this.tx.query(insertEndpoint(endpoint)));
  }

  /** Undefined when it is not there or is another user's. */
  async lock(userId: string, endpointId: string): Promise<EndpointRow | undefined> {
    const [row] = await this.tx.query(lockEndpoint({ userId, endpointId }));
    return row;
  }

  async update(userId: string, endpointId: string, set: EndpointChanges): Promise<EndpointRow> {
    return onlyRow(await this.tx.query(updateEndpoint({ userId, endpointId, set })));
  }

  async replaceSecret(userId: string, endpointId: string, hmacSecret: string): Promise<EndpointRow> {
    return onlyRow(await this.tx.query(replaceHmacSecret({ userId, endpointId, hmacSecret })));
  }
}
