import { Injectable } from '@nestjs/common';
import { Tokens } from '../../kernel/auth/tokens.js';
import { Database } from '../../kernel/database/database.js';
import type { Client } from '../../kernel/http/client.js';
import { emailTaken, invalidCredentials } from './accounts.errors.js';
import { AuditLogRepository } from '../../kernel/audit/audit-log.repository.js';
import type { LoginBody, SessionDto } from './dto/login.dto.js';
import type { RegisterBody } from './dto/register.dto.js';
import { toUserDto } from './dto/user.dto.js';
import { LoginLimiter } from './login-limiter.js';
import { hashPassword, verifyPassword } from './passwords.js';
import type { CredentialsRow } from './queries/find-user-by-email.sql.js';
import type { UserRow } from './queries/user-columns.js';
import { RegistrationLimiter } from './registration-limiter.js';
import { UsersReadModel } from './users.read-model.js';
import { UsersRepository } from './users.repository.js';

@Injectable()
export class AuthService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersReadModel,
    private readonly tokens: Tokens,
    private readonly logins: LoginLimiter,
    private readonly registrations: RegistrationLimiter,
  ) {}

  /**
   * Throws 400 email_taken, or 429 too_many_registrations. The password is hashed in any case: a taken address takes as
   * long as a new one.
   */
  async register({ email, password, name }: RegisterBody, ip: string, client: Client): Promise<SessionDto> {
    await this.registrations.admit(ip);
    const passwordHash = await hashPassword(password);
    const user = await this.database.transaction({}, async (tx) => {
      const added = await new UsersRepository(tx).insert({ email, passwordHash, name });
      if (added === undefined) throw emailTaken();
      await new AuditLogRepository(tx).record({
        ...ofUser(added, client),
        action: 'user.registered',
        after: { email, name },
      });
      return added;
    });
    return this.session(user);
  }

  /** Throws 401 invalid_credentials, or 429 too_many_logins before the password is even looked at. */
  async login({ email, password }: LoginBody, ip: string, client: Client): Promise<SessionDto> {
    await this.logins.admit(email, ip);
    const user = await this.credentials(email, ip);
    if (!(await verifyPassword(password, user?.passwordHash)) || user === undefined)
      throw invalidCredentials();
    await this.logins.succeeded(email, ip);
    await this.database.transaction({}, async (tx) => {
      await new UsersRepository(tx).recordLogin(user.id);
      await new AuditLogRepository(tx).record({ ...ofUser(user, client), action: 'user.logged_in' });
    });
    return this.session(user);
  }

  private async credentials(email: string, ip: string): Promise<CredentialsRow | undefined> {
    try {
      return await this.users.byEmail(email);
    } catch (error) {
      await this.logins.withdrawn(email, ip);
      throw error;
    }
  }

  private session(user: UserRow): SessionDto {
    const token = this.tokens.sign({ userId: user.id, email: user.email, isAdmin: user.isAdmin });
    return { user: toUserDto(user), token };
  }
}

const ofUser = ({ id }: UserRow, client: Client) => ({
  userId: id,
  client,
  resourceType: 'user' as const,
  resourceId: id,
});
