import type { QueryRunner } from '../../kernel/database/database.js';
import { onlyRow } from './only-row.js';
import { insertUser } from './queries/insert-user.sql.js';
import { lockUser } from './queries/lock-user.sql.js';
import { recordLogin } from './queries/record-login.sql.js';
import { renameUser } from './queries/rename-user.sql.js';
import type { UserRow } from './queries/user-columns.js';

/** Writes users, in the transaction of a change. */
export class UsersRepository {
  constructor(private readonly tx: QueryRunner) {}

  /** Undefined when the e-mail address is taken. */
  async insert(user: { email: string; passwordHash: string; name: string }): Promise<UserRow | undefined> {
    const [row] = await this.tx.query(insertUser(user));
    return row;
  }

  async lock(userId: string): Promise<UserRow | undefined> {
    const [row] = await this.tx.query(lockUser({ userId }));
    return row;
  }

  async rename(userId: string, name: string): Promise<UserRow> {
    return onlyRow(await this.tx.query(renameUser({ userId, name })));
  }

  async recordLogin(userId: string): Promise<void> {
    await this.tx.query(recordLogin({ userId }));
  }
}
