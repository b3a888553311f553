import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { findEndpointAccess, type EndpointAccessRow } from './queries/find-endpoint-access.sql.js';
import { findOwnedApplication } from './queries/find-owned-application.sql.js';
import { findOwnedEndpoint } from './queries/find-owned-endpoint.sql.js';

@Injectable()
export class OwnershipReadModel {
  constructor(private readonly database: Database) {}

  async ownsEndpoint(userId: string, endpointId: string): Promise<boolean> {
    const rows = await this.database.query(findOwnedEndpoint({ userId, endpointId }));
    return rows.length > 0;
  }

  /** Undefined when there is no such endpoint. */
  async endpointAccess(userId: string, endpointId: string): Promise<EndpointAccessRow | undefined> {
    const [row] = await this.database.query(findEndpointAccess({ userId, endpointId }));
    return row;
  }

  async ownsApplication(userId: string, applicationId: string): Promise<boolean> {
    const rows = await this.database.query(findOwnedApplication({ userId, applicationId }));
    return rows.length > 0;
  }
}
