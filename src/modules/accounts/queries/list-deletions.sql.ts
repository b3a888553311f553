import { fragment, nothing, sql } from '../../../kernel/database/sql.js';
import { deletionColumns, type DeletionRow } from './deletion-columns.js';

/** A user's deletions, newest first, from `before` on. */
export const listDeletions = (p: {
  userId: string;
  before: { at: string; id: string } | undefined;
  limit: number;
}) => sql<DeletionRow>('accounts.list-deletions')`
  SELECT ${deletionColumns}
    FROM deletions d
   WHERE d.user_id = ${p.userId}
     ${p.before === undefined ? nothing : fragment`AND (d.requested_at, d.id) < (${p.before.at}::timestamptz, ${p.before.id}::uuid)`}
   ORDER BY d.requested_at DESC, d.id DESC
   LIMIT ${p.limit}`;
