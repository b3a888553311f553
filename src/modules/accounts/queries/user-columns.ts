import { constant } from '../../../kernel/database/sql.js';

export interface UserRow {
  id: string;
  email: string;
  name: string;
  isAdmin: boolean;
  createdAt: string | null;
}

/** Of the user `u`. */
export const userColumns = constant(`u.id,
         u.email,
         coalesce(u.name, u.full_name, '') AS "name",
         coalesce(u.is_admin, false) AS "isAdmin",
         u.created_at AS "createdAt"`);
