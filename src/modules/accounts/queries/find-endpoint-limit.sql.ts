import { sql } from '../../../kernel/database/sql.js';
import { isOwnEndpoint } from './ownership.js';
import { limitsOf, type TierLimitRow } from './tier-limits.js';

/** How many endpoints the application may have and has. No row when subscription_limits has none for the tier. */
export const findEndpointLimit = (p: { userId: string; applicationId: string }) =>
  sql<TierLimitRow>('accounts.find-endpoint-limit')`
  SELECT l.tier,
         l.max_endpoints_per_application AS "most",
         (SELECT count(*)
            FROM endpoints ep
           WHERE ep.application_id = ${p.applicationId}
             AND ${isOwnEndpoint(p.userId)}) AS "used"
         ${limitsOf(p.userId)}`;
