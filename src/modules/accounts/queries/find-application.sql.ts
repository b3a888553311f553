import { sql } from '../../../kernel/database/sql.js';
import { applicationColumns, type ApplicationRow } from './application-columns.js';
import { isOwnApplication } from './ownership.js';

export const findApplication = (p: { userId: string; applicationId: string }) =>
  sql<ApplicationRow>('accounts.find-application')`
  SELECT ${applicationColumns}
    FROM applications a
   WHERE a.id = ${p.applicationId}
     AND ${isOwnApplication(p.userId)}`;
