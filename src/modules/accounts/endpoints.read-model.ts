import { Injectable } from '@nestjs/common';
import { Reads } from '../../kernel/database/replicas/reads.js';
import type { EndpointRow } from './queries/endpoint-columns.js';
import { findEndpoint } from './queries/find-endpoint.sql.js';
import { listEndpoints } from './queries/list-endpoints.sql.js';

@Injectable()
export class EndpointsReadModel {
  constructor(private readonly reads: Reads) {}

  /** All of the user's, or those of an application. */
  all(userId: string, applicationId?: string): Promise<EndpointRow[]> {
    return this.reads.query(listEndpoints({ userId, applicationId }));
  }

  async byId(userId: string, endpointId: string): Promise<EndpointRow | undefined> {
    const [row] = await this.reads.query(findEndpoint({ userId, endpointId }));
    return row;
  }
}
