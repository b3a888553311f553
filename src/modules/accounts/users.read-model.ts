import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { findUserByEmail, type CredentialsRow } from './queries/find-user-by-email.sql.js';
import { findUserById } from './queries/find-user-by-id.sql.js';
import type { UserRow } from './queries/user-columns.js';

@Injectable()
export class UsersReadModel {
  constructor(private readonly database: Database) {}

  async byEmail(email: string): Promise<CredentialsRow | undefined> {
    const [row] = await this.database.query(findUserByEmail({ email }));
    return row;
  }

  async byId(userId: string): Promise<UserRow | undefined> {
    const [row] = await this.database.query(findUserById({ userId }));
    return row;
  }
}
