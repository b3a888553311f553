import { fragment, sql } from '../../../kernel/database/sql.js';
import { newIn, type FoldSnapshot } from '../live/attempt-changes.js';

/** Which of these users have attempts that were inserted, or whose outcome was written, between two snapshots. */
export const listWrittenUsers = (p: {
  lower: FoldSnapshot;
  upper: FoldSnapshot;
  userIds: readonly string[];
}) => sql<{ userId: string }>('events.list-written-users')`
  SELECT DISTINCT x.user_id AS "userId"
    FROM (${newIn(
      fragment`
    SELECT a.user_id, a.written_in FROM delivery_attempts a`,
      fragment`a.written_in`,
      p.lower,
      p.upper,
      fragment`AND a.user_id = ANY (${[...p.userIds]}::uuid[])`,
    )}) x`;
