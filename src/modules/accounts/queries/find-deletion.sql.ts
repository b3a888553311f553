import { sql } from '../../../kernel/database/sql.js';
import { deletionColumns, type DeletionRow } from './deletion-columns.js';

export const findDeletion = (p: { userId: string; deletionId: string }) =>
  sql<DeletionRow>('accounts.find-deletion')`
  SELECT ${deletionColumns}
    FROM deletions d
   WHERE d.id = ${p.deletionId} AND d.user_id = ${p.userId}`;
