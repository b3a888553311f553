import { sql } from '../../../kernel/database/sql.js';
import { applicationColumns, type ApplicationRow } from './application-columns.js';
import { isOwnApplication } from './ownership.js';

/** The key that was is no longer valid. */
export const replaceApiKey = (p: { userId: string; applicationId: string; apiKey: string }) =>
  sql<ApplicationRow>('accounts.replace-api-key')`
  UPDATE applications a
     SET api_key = ${p.apiKey},
         updated_at = now()
   WHERE a.id = ${p.applicationId}
     AND ${isOwnApplication(p.userId)}
  RETURNING ${applicationColumns}`;
