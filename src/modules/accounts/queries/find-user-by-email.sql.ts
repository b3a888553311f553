import { sql } from '../../../kernel/database/sql.js';

export interface CredentialsRow {
  id: string;
  email: string;
  name: string;
  isAdmin: boolean;
  createdAt: string | null;
  passwordHash: string;
}

/** The user with this e-mail address, compared exactly, as the old API did. */
export const findUserByEmail = (p: { email: string }) => sql<CredentialsRow>('accounts.find-user-by-email')`
  SELECT u.id,
         u.email,
         coalesce(u.name, u.full_name, '') AS "name",
         coalesce(u.is_admin, false) AS "isAdmin",
         u.created_at AS "createdAt",
         u.password_hash AS "passwordHash"
    FROM users u
   WHERE u.email = ${p.email}`;
