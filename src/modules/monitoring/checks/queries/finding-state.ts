import { constant } from '../../../../kernel/database/sql.js';

const ignored = 'f.ignored_at IS NOT NULL AND (f.ignored_until IS NULL OR f.ignored_until > now())';

/** Of the finding `f`. */
export const isIgnored = constant(`(${ignored})`);

/** Of the finding `f`: one that is over is resolved, also where it was ignored. */
export const findingState = constant(
  `CASE WHEN f.resolved_at IS NOT NULL THEN 'resolved' WHEN ${ignored} THEN 'ignored' ELSE 'open' END`,
);
