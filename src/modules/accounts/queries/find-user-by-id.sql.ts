import { sql } from '../../../kernel/database/sql.js';
import { userColumns, type UserRow } from './user-columns.js';

export const findUserById = (p: { userId: string }) => sql<UserRow>('accounts.find-user-by-id')`
  SELECT ${userColumns}
    FROM users u
   WHERE u.id = ${p.userId}`;
