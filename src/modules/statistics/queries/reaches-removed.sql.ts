import { sql } from '../../../kernel/database/sql.js';

/** Whether a window, `from` or `hours` before its end, begins where retention may have removed attempts. */
export const reachesRemoved = (p: { from: string | null; to: string | null; hours: number }) =>
  sql<{ reaches: boolean }>('statistics.reaches-removed')`
  SELECT coalesce(${p.from}::timestamptz, coalesce(${p.to}::timestamptz, now()) - make_interval(hours => ${p.hours}))
           < t.attempts_before AS "reaches"
    FROM ethhook_admin_retention t`;
