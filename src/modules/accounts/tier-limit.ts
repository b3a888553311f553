import type { DomainError } from '../../kernel/errors/domain-error.js';
import type { ReachedLimit } from './accounts.errors.js';
import type { TierLimitRow } from './queries/tier-limits.js';

/** Throws when there are as many as the tier allows. No row, NULL or -1 is no limit. */
export function assertBelowLimit(
  limit: TierLimitRow | undefined,
  reached: (limit: ReachedLimit) => DomainError,
): void {
  if (limit === undefined || limit.most === null || limit.most < 0) return;
  const used = Number(limit.used);
  if (used >= limit.most) throw reached({ tier: limit.tier, most: limit.most, used });
}
