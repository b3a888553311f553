import { sql } from '../../../kernel/database/sql.js';
import { userColumns, type UserRow } from './user-columns.js';

/** The user, whom nobody else changes, and for whom nobody else counts applications, until the transaction ends. */
export const lockUser = (p: { userId: string }) => sql<UserRow>('accounts.lock-user')`
  SELECT ${userColumns}
    FROM users u
   WHERE u.id = ${p.userId}
     FOR NO KEY UPDATE`;
