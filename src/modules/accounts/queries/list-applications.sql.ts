import { sql } from '../../../kernel/database/sql.js';
import { applicationColumns, type ApplicationRow } from './application-columns.js';
import { isOwnApplication } from './ownership.js';

/** All of the user's, newest first. */
export const listApplications = (p: { userId: string }) =>
  sql<ApplicationRow>('accounts.list-applications')`
  SELECT ${applicationColumns}
    FROM applications a
   WHERE ${isOwnApplication(p.userId)}
   ORDER BY a.created_at DESC NULLS LAST, a.id`;
