import type { FreezeLimits, TableCare } from './care.repository.js';

export interface FreezeNeed {
  /** Age, of the one at which autovacuum freezes the table whatever else the server has to do. */
  share: number;
  /** VACUUM itself has come to see it as an emergency. */
  isCritical: boolean;
  reason: string;
}

/** Half way there are weeks left, mostly, and one table after the other can have its quiet hour. */
const WORTH_SHARE = 0.5;

/** Null when it has time. */
export function freezeNeed(
  table: TableCare,
  limits: Pick<FreezeLimits, 'failsafeAge' | 'multixactFailsafeAge'>,
): FreezeNeed | null {
  const xids = table.freezeAge / table.freezeMaxAge;
  const multixacts = table.multixactAge / table.multixactFreezeMaxAge;
  const share = Math.max(xids, multixacts);
  if (share < WORTH_SHARE) return null;
  const isCritical =
    table.freezeAge >= limits.failsafeAge || table.multixactAge >= limits.multixactFailsafeAge;
  const age =
    xids >= multixacts
      ? `${table.freezeAge} transactions old, ${percent(xids)} of autovacuum_freeze_max_age`
      : `${table.multixactAge} multixacts old, ${percent(multixacts)} of autovacuum_multixact_freeze_max_age`;
  return { share, isCritical, reason: isCritical ? `CRITICAL: ${age}, beyond vacuum_failsafe_age` : age };
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
