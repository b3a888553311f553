import { sql } from '../../../kernel/database/sql.js';

export interface UserRow {
  id: string;
  email: string;
  name: string;
  isAdmin: boolean;
  createdAt: string | null;
}

export const findUserById = (p: { userId: string }) => sql<UserRow>('accounts.find-user-by-id')`
  SELECT u.id,
         u.email,
         coalesce(u.name, u.full_name, '') AS "name",
         coalesce(u.is_admin, false) AS "isAdmin",
         u.created_at AS "createdAt"
    FROM users u
   WHERE u.id = ${p.userId}`;
