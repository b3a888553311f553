import { sql } from '../../../kernel/database/sql.js';

/** Sets last_login_at, a column of the schema that the old API never filled. */
export const recordLogin = (p: { userId: string }) => sql<never>('accounts.record-login')`
  UPDATE users
     SET last_login_at = now()
   WHERE id = ${p.userId}`;
