import { sql } from '../../../kernel/database/sql.js';
import { isOwnApplication } from './ownership.js';

export interface OwnedApplicationRow {
  id: string;
}

/** The application, if it is this user's and not deleted; else no row. */
export const findOwnedApplication = (p: { userId: string; applicationId: string }) =>
  sql<OwnedApplicationRow>('accounts.find-owned-application')`
  SELECT a.id
    FROM applications a
   WHERE a.id = ${p.applicationId}
     AND ${isOwnApplication(p.userId)}`;
