import { Injectable } from '@nestjs/common';
import { ApiKeys } from '../../kernel/auth/api-keys.js';
import type { AuthUser } from '../../kernel/auth/auth-user.js';
import { OwnershipReadModel } from './ownership.read-model.js';

/** Applications by their API keys. A key reads, and is nobody's administrator. */
@Injectable()
export class ApplicationKeys extends ApiKeys {
  constructor(private readonly readModel: OwnershipReadModel) {
    super();
  }

  async find(key: string): Promise<AuthUser | undefined> {
    const application = await this.readModel.applicationOfKey(key);
    return application && { ...application, isAdmin: false };
  }
}
