import { sql } from '../../../kernel/database/sql.js';

/** Endpoints of a hidden application that are not hidden: of before its deletion, or put there since. */
export const hideEndpointsOf = (p: { userId: string; applicationId: string }) =>
  sql<object>('accounts.hide-endpoints-of')`
  UPDATE endpoints ep
     SET deleted_at = a.deleted_at, is_active = false, updated_at = now()
    FROM applications a
   WHERE a.id = ${p.applicationId} AND a.user_id = ${p.userId} AND a.deleted_at IS NOT NULL
     AND ep.application_id = a.id AND ep.deleted_at IS NULL`;
