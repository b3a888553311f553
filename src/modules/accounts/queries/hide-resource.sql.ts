import { constant, sql } from '../../../kernel/database/sql.js';

export type ResourceType = 'application' | 'endpoint';

export interface HiddenRow {
  name: string;
}

export const tableOf = { application: constant('applications'), endpoint: constant('endpoints') } as const;

/** Hides one that is the user's and is not hidden yet. Services that know no deleted_at see that it is not active. */
export const hideResource = (p: { userId: string; resourceType: ResourceType; resourceId: string }) =>
  sql<HiddenRow>(`accounts.hide-${p.resourceType}`)`
  UPDATE ${tableOf[p.resourceType]} r
     SET deleted_at = now(), is_active = false, updated_at = now()
   WHERE r.id = ${p.resourceId} AND r.user_id = ${p.userId} AND r.deleted_at IS NULL
  RETURNING r.name`;
