import { SERVER, type SettingChangesRepository } from '../setting-changes/setting-changes.repository.js';
import type { SettingAdvice } from './advice.js';
import { isSame } from './setting-values.js';

/** What a run that was killed between the record and the change, or the change and its verification, has left. */
export async function settleUnverified(
  changes: SettingChangesRepository,
  { row, auto }: SettingAdvice,
): Promise<void> {
  const open = await changes.open(SERVER, row.name);
  if (open === undefined || open.isVerified) return;
  const isDone = auto !== null && isSame(auto, open.after, row.unit);
  await (isDone ? changes.verified(open.id) : changes.drop(open.id));
}
