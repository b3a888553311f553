import { sql } from '../../../kernel/database/sql.js';
import { isOwnApplication } from './ownership.js';
import { limitsOf, type TierLimitRow } from './tier-limits.js';

/** How many applications the user may have and has. No row when subscription_limits has none for the tier. */
export const findApplicationLimit = (p: { userId: string }) =>
  sql<TierLimitRow>('accounts.find-application-limit')`
  SELECT l.tier,
         l.max_applications AS "most",
         (SELECT count(*) FROM applications a WHERE ${isOwnApplication(p.userId)}) AS "used"
         ${limitsOf(p.userId)}`;
