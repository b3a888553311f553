import { sql } from '../../../kernel/database/sql.js';
import type { ResourceType } from './hide-resource.sql.js';

/** With the attempts that the rollups count of it, which may lag a little. */
export const requestDeletion = (p: {
  userId: string;
  resourceType: ResourceType;
  resourceId: string;
  name: string;
}) => sql<{ id: string }>('accounts.request-deletion')`
  INSERT INTO deletions (user_id, resource_type, resource_id, name, attempts_total)
  SELECT ${p.userId}, ${p.resourceType}, ${p.resourceId}, ${p.name}, coalesce(sum(t.attempts), 0)
    FROM statistics_totals t
   WHERE t.user_id = ${p.userId} AND t.scope_id = ${p.resourceId}
  RETURNING id`;
