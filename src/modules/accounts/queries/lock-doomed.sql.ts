import { constant, sql } from '../../../kernel/database/sql.js';
import type { ResourceType } from './hide-resource.sql.js';

/** What is to be removed for a deletion. */
export interface Doomed {
  userId: string;
  resourceType: ResourceType;
  resourceId: string;
}

const endpointColumn = { application: constant('application_id'), endpoint: constant('id') } as const;
const strengths = { share: constant('SHARE'), update: constant('UPDATE') } as const;

/**
 * The first endpoint that the deletion has to remove, as it is under the lock. SHARE keeps it from being moved, beside
 * writers of attempts; UPDATE keeps these out too.
 */
export const lockDoomedEndpoint = (p: Doomed & { strength: keyof typeof strengths }) =>
  sql<{ id: string }>('accounts.lock-doomed-endpoint')`
  SELECT ep.id
    FROM endpoints ep
   WHERE ep.${endpointColumn[p.resourceType]} = ${p.resourceId} AND ep.user_id = ${p.userId} AND ep.deleted_at IS NOT NULL
   ORDER BY ep.id LIMIT 1
     FOR ${strengths[p.strength]}`;

/** Keeps endpoints from being put there. */
export const lockDoomedApplication = (p: { userId: string; applicationId: string }) =>
  sql<{ id: string }>('accounts.lock-doomed-application')`
  SELECT a.id
    FROM applications a
   WHERE a.id = ${p.applicationId} AND a.user_id = ${p.userId} AND a.deleted_at IS NOT NULL
     FOR UPDATE`;
