import { fragment, nothing, sql } from '../../../kernel/database/sql.js';
import { applicationColumns, type ApplicationRow } from './application-columns.js';
import { isOwnApplication } from './ownership.js';

export interface ApplicationChanges {
  name?: string | undefined;
  description?: string | null | undefined;
  is_active?: boolean | undefined;
}

/** Sets what is given, and no other column. */
export const updateApplication = (p: { userId: string; applicationId: string; set: ApplicationChanges }) =>
  sql<ApplicationRow>('accounts.update-application')`
  UPDATE applications a
     SET ${p.set.name === undefined ? nothing : fragment`name = ${p.set.name}, `}
         ${p.set.description === undefined ? nothing : fragment`description = ${p.set.description}, `}
         ${p.set.is_active === undefined ? nothing : fragment`is_active = ${p.set.is_active}, `}
         updated_at = now()
   WHERE a.id = ${p.applicationId}
     AND ${isOwnApplication(p.userId)}
  RETURNING ${applicationColumns}`;
