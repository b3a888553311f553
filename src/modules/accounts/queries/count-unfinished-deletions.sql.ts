import { sql } from '../../../kernel/database/sql.js';

export const countUnfinishedDeletions = () => sql<{ count: string }>('accounts.count-unfinished-deletions')`
  SELECT count(*) AS "count" FROM deletions d WHERE d.finished_at IS NULL`;
