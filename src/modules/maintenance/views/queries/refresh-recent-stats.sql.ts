import { constant, sql } from '../../../../kernel/database/sql.js';

/** Readers go on beside a concurrent one; the other kind keeps them out until it ends. */
export const refreshRecentStats = (p: { isConcurrent: boolean }) => sql<never>(
  'maintenance.refresh-recent-stats',
)`
  REFRESH MATERIALIZED VIEW ${constant(p.isConcurrent ? 'CONCURRENTLY' : '')} public.user_recent_stats`;

export const countRecentStats = () => sql<{ rows: number }>('maintenance.count-recent-stats')`
  SELECT count(*)::int AS "rows" FROM user_recent_stats`;
