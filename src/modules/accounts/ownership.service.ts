import { Injectable } from '@nestjs/common';
import { AccountsContract } from './accounts.contract.js';
import { accessDenied, applicationNotFound, endpointNotFound } from './accounts.errors.js';
import { OwnershipReadModel } from './ownership.read-model.js';

/** Who owns what, for the other modules too. */
@Injectable()
export class OwnershipService extends AccountsContract {
  constructor(private readonly readModel: OwnershipReadModel) {
    super();
  }

  async assertOwnsEndpoint(userId: string, endpointId: string): Promise<void> {
    if (!(await this.readModel.ownsEndpoint(userId, endpointId))) throw endpointNotFound();
  }

  async requireOwnEndpoint(userId: string, endpointId: string): Promise<void> {
    const access = await this.readModel.endpointAccess(userId, endpointId);
    if (access === undefined) throw endpointNotFound();
    if (!access.isOwn) throw accessDenied();
  }

  async assertOwnsApplication(userId: string, applicationId: string): Promise<void> {
    if (!(await this.readModel.ownsApplication(userId, applicationId))) throw applicationNotFound();
  }
}
