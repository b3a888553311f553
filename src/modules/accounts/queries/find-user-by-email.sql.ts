import { sql } from '../../../kernel/database/sql.js';
import { userColumns, type UserRow } from './user-columns.js';

export interface CredentialsRow extends UserRow {
  passwordHash: string;
}

/** The user with this e-mail address, compared exactly, as the old API did. */
export const findUserByEmail = (p: { email: string }) => sql<CredentialsRow>('accounts.find-user-by-email')`
  SELECT ${userColumns},
         u.password_hash AS "passwordHash"
    FROM users u
   WHERE u.email = ${p.email}`;
