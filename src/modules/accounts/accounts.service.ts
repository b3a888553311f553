import { Injectable } from '@nestjs/common';
import { Tokens } from '../../kernel/auth/tokens.js';
import {
  accessDenied,
  applicationNotFound,
  endpointNotFound,
  invalidCredentials,
  userGone,
} from './accounts.errors.js';
import { AccountsContract } from './accounts.contract.js';
import { AccountsReadModel } from './accounts.read-model.js';
import { AccountsRepository } from './accounts.repository.js';
import type { LoginBody, SessionDto } from './dto/login.dto.js';
import type { UserDto } from './dto/user.dto.js';
import { LoginLimiter } from './login-limiter.js';
import { verifyPassword } from './passwords.js';
import type { CredentialsRow } from './queries/find-user-by-email.sql.js';
import type { UserRow } from './queries/find-user-by-id.sql.js';

@Injectable()
export class AccountsService extends AccountsContract {
  constructor(
    private readonly readModel: AccountsReadModel,
    private readonly repository: AccountsRepository,
    private readonly tokens: Tokens,
    private readonly limiter: LoginLimiter,
  ) {
    super();
  }

  /** Throws 401 invalid_credentials, or 429 too_many_logins before the password is even looked at. */
  async login({ email, password }: LoginBody, ip: string): Promise<SessionDto> {
    await this.limiter.admit(email, ip);
    const user = await this.credentials(email, ip);
    if (!(await verifyPassword(password, user?.passwordHash)) || user === undefined)
      throw invalidCredentials();
    await this.limiter.succeeded(email, ip);
    await this.repository.recordLogin(user.id);
    const token = this.tokens.sign({ userId: user.id, email: user.email, isAdmin: user.isAdmin });
    return { user: toUserDto(user), token };
  }

  private async credentials(email: string, ip: string): Promise<CredentialsRow | undefined> {
    try {
      return await this.readModel.userByEmail(email);
    } catch (error) {
      await this.limiter.withdrawn(email, ip);
      throw error;
    }
  }

  async profile(userId: string): Promise<UserDto> {
    const user = await this.readModel.userById(userId);
    if (user === undefined) throw userGone();
    return toUserDto(user);
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

const toUserDto = ({ id, email, name, isAdmin, createdAt }: UserRow): UserDto => ({
  id,
  email,
  name,
  is_admin: isAdmin,
  created_at: createdAt,
});
