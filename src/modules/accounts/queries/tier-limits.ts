import { fragment } from '../../../kernel/database/sql.js';

export interface TierLimitRow {
  tier: string;
  /** -1 or NULL is no limit. */
  most: number | null;
  /** How many there are, int8. */
  used: string;
}

/** The limits `l` of the user's tier; those of `free` for a tier, or a user, without any. */
export const limitsOf = (userId: string) => fragment`
    FROM users u
    JOIN subscription_limits l ON l.tier IN (u.subscription_tier, 'free')
   WHERE u.id = ${userId}
   ORDER BY l.tier IS DISTINCT FROM u.subscription_tier, l.tier
   LIMIT 1`;
