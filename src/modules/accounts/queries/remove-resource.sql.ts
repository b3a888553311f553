import { sql } from '../../../kernel/database/sql.js';

/** Under its lock, when its attempts are gone. */
export const removeEndpoint = (p: { userId: string; endpointId: string }) => sql<object>(
  'accounts.remove-endpoint',
)`
  DELETE FROM endpoints ep
   WHERE ep.id = ${p.endpointId} AND ep.user_id = ${p.userId} AND ep.deleted_at IS NOT NULL`;

/** Under its lock; no row where an endpoint was put there meanwhile, which would go with it. */
export const removeApplication = (p: { userId: string; applicationId: string }) => sql<{ id: string }>(
  'accounts.remove-application',
)`
  DELETE FROM applications a
   WHERE a.id = ${p.applicationId} AND a.user_id = ${p.userId} AND a.deleted_at IS NOT NULL
     AND NOT EXISTS (SELECT FROM endpoints ep WHERE ep.application_id = a.id)
  RETURNING a.id`;
