import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import type { Actor } from './actor.js';
import { nameEmpty, userGone } from './accounts.errors.js';
import { AuditLogRepository } from '../../kernel/audit/audit-log.repository.js';
import { changesOf } from './changes.js';
import { toUserDto, type UserDto } from './dto/user.dto.js';
import type { UpdateUserBody } from './dto/update-user.dto.js';
import { UsersReadModel } from './users.read-model.js';
import { UsersRepository } from './users.repository.js';

@Injectable()
export class UsersService {
  constructor(
    private readonly database: Database,
    private readonly users: UsersReadModel,
  ) {}

  /** Throws 401 invalid_token when the token's user is gone. */
  async profile(userId: string): Promise<UserDto> {
    const user = await this.users.byId(userId);
    if (user === undefined) throw userGone();
    return toUserDto(user);
  }

  /** Throws 400 validation_error for a name of blanks. */
  async update(actor: Actor, body: UpdateUserBody): Promise<UserDto> {
    const { userId } = actor;
    const name = body.name.trim();
    if (name === '') throw nameEmpty();
    return this.database.transaction({}, async (tx) => {
      const users = new UsersRepository(tx);
      const user = await users.lock(userId);
      if (user === undefined) throw userGone();
      const changes = changesOf({ name: user.name }, { name });
      if (changes === undefined) return toUserDto(user);
      await new AuditLogRepository(tx).record({
        ...actor,
        action: 'user.updated',
        resourceType: 'user',
        resourceId: userId,
        ...changes,
      });
      return toUserDto(await users.rename(userId, name));
    });
  }
}
