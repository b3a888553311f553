import type { Check } from '../../checks/check.js';
import type { ReplicasReads } from '../replicas.reads.js';
import { activityBounds, type ActivityBounds } from './activity-bounds.js';
import { BlockedSessionsCheck } from './blocked-sessions.check.js';
import { CheckpointsRequestedCheck } from './checkpoints-requested.check.js';
import { ConnectionsNearLimitCheck } from './connections-near-limit.check.js';
import { IdleInTransactionCheck } from './idle-in-transaction.check.js';
import { InactiveSlotCheck } from './inactive-slot.check.js';
import { LaggingReplicaCheck } from './lagging-replica.check.js';
import { LongTransactionCheck } from './long-transaction.check.js';
import { LowCacheHitCheck } from './low-cache-hit.check.js';
import { XminHeldCheck } from './xmin-held.check.js';

export interface ActivityCheckDependencies {
  replicas: Pick<ReplicasReads, 'states'>;
}

/** What may be wrong with what the server does now. */
export const activityChecks = (
  { replicas }: ActivityCheckDependencies,
  bounds: ActivityBounds = activityBounds,
): readonly Check[] => [
  new BlockedSessionsCheck(bounds),
  new CheckpointsRequestedCheck(bounds),
  new ConnectionsNearLimitCheck(bounds),
  new IdleInTransactionCheck(bounds),
  new InactiveSlotCheck(bounds),
  new LaggingReplicaCheck(replicas, bounds),
  new LongTransactionCheck(bounds),
  new LowCacheHitCheck(bounds),
  new XminHeldCheck(bounds),
];
