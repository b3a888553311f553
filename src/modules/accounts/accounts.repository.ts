import { Injectable } from '@nestjs/common';
import { Database } from '../../kernel/database/database.js';
import { recordLogin } from './queries/record-login.sql.js';

@Injectable()
export class AccountsRepository {
  constructor(private readonly database: Database) {}

  async recordLogin(userId: string): Promise<void> {
    await this.database.query(recordLogin({ userId }));
  }
}
