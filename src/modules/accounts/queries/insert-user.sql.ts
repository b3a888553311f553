import { sql } from '../../../kernel/database/sql.js';
import { userColumns, type UserRow } from './user-columns.js';

/** No row when the e-mail address is taken, also by a registration that commits meanwhile. */
export const insertUser = (p: { email: string; passwordHash: string; name: string }) =>
  sql<UserRow>('accounts.insert-user')`
  INSERT INTO users AS u (email, password_hash, name)
  VALUES (${p.email}, ${p.passwordHash}, ${p.name})
      ON CONFLICT (email) DO NOTHING
  RETURNING ${userColumns}`;
