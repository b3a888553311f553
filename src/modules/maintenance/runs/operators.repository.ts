import type { QueryRunner } from '../../../kernel/database/database.js';
import { lockAdministrator } from './queries/lock-administrator.sql.js';

export class OperatorsRepository {
  constructor(private readonly tx: QueryRunner) {}

  /** Whether the user is an administrator, who stays one until the end of the transaction. */
  async lock(userId: string): Promise<boolean> {
    return (await this.tx.query(lockAdministrator(userId))).length > 0;
  }
}
