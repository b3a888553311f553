import { sql } from '../../../kernel/database/sql.js';
import { userColumns, type UserRow } from './user-columns.js';

export const renameUser = (p: { userId: string; name: string }) => sql<UserRow>('accounts.rename-user')`
  UPDATE users u
     SET name = ${p.name},
         updated_at = now()
   WHERE u.id = ${p.userId}
  RETURNING ${userColumns}`;
