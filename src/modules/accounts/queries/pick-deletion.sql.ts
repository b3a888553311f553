import { sql } from '../../../kernel/database/sql.js';
import type { ResourceType } from './hide-resource.sql.js';

export interface UnfinishedDeletionRow {
  id: string;
  userId: string;
  resourceType: ResourceType;
  resourceId: string;
  requestedAt: string;
  /** Versions of attempts that the rollups still hold, counted to `maxUnfolded` + 1. */
  unfolded: string;
}

/** The one with the fewest attempts left, so that a small one does not wait for millions. */
export const pickDeletion = (p: { except: readonly string[]; maxUnfolded: number }) =>
  sql<UnfinishedDeletionRow>('accounts.pick-deletion')`
  SELECT d.id, d.user_id AS "userId", d.resource_type AS "resourceType", d.resource_id AS "resourceId",
         d.requested_at AS "requestedAt",
         (SELECT count(*)
            FROM (SELECT FROM superseded_attempts v
                   WHERE v.superseded_in >= (SELECT s.horizon FROM statistics_state s)
                   ORDER BY v.superseded_in LIMIT ${p.maxUnfolded}::int + 1) x) AS "unfolded"
    FROM deletions d
   WHERE d.finished_at IS NULL AND d.id <> ALL (${p.except}::uuid[])
   ORDER BY greatest(d.attempts_total - d.attempts_removed, 0), d.requested_at, d.id
   LIMIT 1`;
