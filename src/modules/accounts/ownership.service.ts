import { Injectable } from '@nestjs/common';
import type { Caller } from '../../kernel/auth/auth-user.js';
import { AccountsContract } from './accounts.contract.js';
import { accessDenied, applicationNotFound, endpointNotFound } from './accounts.errors.js';
import { OwnershipReadModel } from './ownership.read-model.js';

/** Who owns what, for the other modules too. */
@Injectable()
export class OwnershipService extends AccountsContract {
  constructor(private readonly readModel: OwnershipReadModel) {
    super();
  }

  async assertOwnsEndpoint(caller: Caller, endpointId: string): Promise<void> {
    const own = await this.ownEndpoints(caller, [endpointId]);
    if (own.length === 0) throw endpointNotFound();
  }

  async requireOwnEndpoint(caller: Caller, endpointId: string): Promise<void> {
    const access = await this.readModel.endpointAccess(caller, endpointId);
    if (access === undefined) throw endpointNotFound();
    if (!access.isOwn) throw accessDenied();
  }

  async assertOwnsApplication(caller: Caller, applicationId: string): Promise<void> {
    const { userId, applicationId: only = applicationId } = caller;
    const isOwn = only === applicationId && (await this.readModel.ownsApplication(userId, applicationId));
    if (!isOwn) throw applicationNotFound();
  }

  ownEndpoints(caller: Caller, endpointIds: readonly string[]): Promise<string[]> {
    return this.readModel.ownEndpoints(caller, endpointIds);
  }
}
