import { sql } from '../../../kernel/database/sql.js';
import { applicationColumns, type ApplicationRow } from './application-columns.js';
import { isOwnApplication } from './ownership.js';

/** The application, that nobody else changes, nor counts the endpoints of, until the transaction ends. */
export const lockApplication = (p: { userId: string; applicationId: string }) =>
  sql<ApplicationRow>('accounts.lock-application')`
  SELECT ${applicationColumns}
    FROM applications a
   WHERE a.id = ${p.applicationId}
     AND ${isOwnApplication(p.userId)}
     FOR NO KEY UPDATE`;
