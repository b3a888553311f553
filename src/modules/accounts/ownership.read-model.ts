import { Injectable } from '@nestjs/common';
import type { Caller } from '../../kernel/auth/auth-user.js';
import { Database } from '../../kernel/database/database.js';
import { Reads } from '../../kernel/database/replicas/reads.js';
import { findApplicationOfKey, type ApplicationOfKeyRow } from './queries/find-application-of-key.sql.js';
import { findEndpointAccess, type EndpointAccessRow } from './queries/find-endpoint-access.sql.js';
import { findOwnedApplication } from './queries/find-owned-application.sql.js';
import { listOwnEndpoints } from './queries/list-own-endpoints.sql.js';

@Injectable()
export class OwnershipReadModel {
  constructor(
    private readonly database: Database,
    private readonly reads: Reads,
  ) {}

  async ownEndpoints(caller: Caller, endpointIds: readonly string[]): Promise<string[]> {
    const rows = await this.reads.query(listOwnEndpoints({ caller, endpointIds }));
    return rows.map(({ id }) => id);
  }

  /** Undefined when there is no such endpoint. */
  async endpointAccess(caller: Caller, endpointId: string): Promise<EndpointAccessRow | undefined> {
    const [row] = await this.reads.query(findEndpointAccess({ caller, endpointId }));
    return row;
  }

  async ownsApplication(userId: string, applicationId: string): Promise<boolean> {
    const rows = await this.reads.query(findOwnedApplication({ userId, applicationId }));
    return rows.length > 0;
  }

  /** At the primary: a key that was taken back opens nothing any more. */
  async applicationOfKey(key: string): Promise<ApplicationOfKeyRow | undefined> {
    const [row] = await this.database.query(findApplicationOfKey({ key }));
    return row;
  }
}
