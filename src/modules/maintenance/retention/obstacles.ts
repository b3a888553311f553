import type { QueryRunner } from '../../../kernel/database/database.js';
import { RetentionRepository } from './retention.repository.js';

/** Why nothing may be removed now: figures, or rows of other tables, would be lost. Empty: it may. */
export async function obstaclesOf(runner: QueryRunner): Promise<string[]> {
  const { dependants, isTold, isCounting } = await new RetentionRepository(runner).obstacles();
  return [
    ...(dependants.length === 0
      ? []
      : [`Rows of ${dependants.join(', ')} belong to events or attempts and would go with them`]),
    ...(isTold
      ? []
      : ['The trigger ethhook_admin_supersede_deleted is not there or is off: figures would be lost']),
    ...(isCounting ? ['Statistics are being counted anew: wait until that has ended'] : []),
  ];
}
