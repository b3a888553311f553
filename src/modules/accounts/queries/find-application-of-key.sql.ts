import { sql } from '../../../kernel/database/sql.js';

export interface ApplicationOfKeyRow {
  applicationId: string;
  userId: string;
  email: string;
}

/** The active application that has this API key. */
export const findApplicationOfKey = (p: { key: string }) =>
  sql<ApplicationOfKeyRow>('accounts.find-application-of-key')`
  SELECT a.id AS "applicationId", u.id AS "userId", u.email
    FROM applications a
    JOIN users u ON u.id = a.user_id
   WHERE a.api_key = ${p.key}
     AND a.is_active
     AND a.deleted_at IS NULL`;
