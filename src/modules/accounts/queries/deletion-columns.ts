import { constant } from '../../../kernel/database/sql.js';
import type { ResourceType } from './hide-resource.sql.js';

export interface DeletionRow {
  id: string;
  resourceType: ResourceType;
  resourceId: string;
  name: string;
  requestedAt: string;
  finishedAt: string | null;
  attemptsTotal: string;
  attemptsRemoved: string;
}

export const deletionColumns =
  constant(`d.id, d.resource_type AS "resourceType", d.resource_id AS "resourceId", d.name,
         d.requested_at AS "requestedAt", d.finished_at AS "finishedAt", d.attempts_total AS "attemptsTotal",
         d.attempts_removed AS "attemptsRemoved"`);
