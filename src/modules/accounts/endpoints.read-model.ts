import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import type { EndpointRow } from './queries/endpoint-columns.js';
import { findEndpoint } from './queries/find-endpoint.sql.js';
import { listEndpoints } from './queries/list-endpoints.sql.js';

@Injectable()
export class EndpointsReadModel {
  constructor(private readonly database: Database) {}

  /** All of the user's, or those of an application. */
  all(userId: string, applicationId?: string): Promise<EndpointRow[]> {
    return this.database.query(listEndpoints({ userId, applicationId }));
  }

  async byId(userId: string, endpointId: string): Promise<EndpointRow | undefined> {
    const [row] = await this.database.query(findEndpoint({ userId, endpointId }));
    return row;
  }
}
