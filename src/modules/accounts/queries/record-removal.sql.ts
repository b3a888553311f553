import { sql } from '../../../kernel/database/sql.js';

export const addRemovedAttempts = (p: { deletionId: string; removed: number }) => sql<object>(
  'accounts.add-removed-attempts',
)`
  UPDATE deletions
     SET attempts_removed = attempts_removed + ${p.removed}::bigint
   WHERE id = ${p.deletionId}`;

/** By now it is known how many they were. */
export const finishDeletion = (p: { deletionId: string }) => sql<object>('accounts.finish-deletion')`
  UPDATE deletions
     SET finished_at = clock_timestamp(), attempts_total = attempts_removed
   WHERE id = ${p.deletionId}`;

export const pruneDeletions = (p: { keptDays: number }) => sql<object>('accounts.prune-deletions')`
  DELETE FROM deletions d
   WHERE d.finished_at < now() - make_interval(days => ${p.keptDays}::int)`;
