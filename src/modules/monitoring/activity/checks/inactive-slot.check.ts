import type { QueryRunner } from '../../../../kernel/database/database.js';
import type { Check, CheckResult, Finding } from '../../checks/check.js';
import { ActivityReads, type SlotRow } from '../activity.reads.js';
import type { ActivityBounds } from './activity-bounds.js';
import { megabytes } from './fixes.js';
import { dropSlotSql } from './xmin-held.check.js';

const MAX_SLOTS = 100;
/** So many times the bound. */
const CRITICAL_TIMES = 10;

export class InactiveSlotCheck implements Check {
  readonly name = 'inactive-slot';
  readonly cadence = 'minutely';
  readonly description: string;

  constructor(private readonly bounds: ActivityBounds) {
    this.description =
      `Replication slots that nobody uses and that retain ${megabytes(bounds.slotRetainedBytes)} of WAL or more, or have lost what ` +
      'they were to retain.';
  }

  async find(runner: QueryRunner): Promise<CheckResult> {
    const slots = await new ActivityReads(runner).slots(MAX_SLOTS);
    const idle = slots.filter((slot) => !slot.isActive && (isLost(slot) || this.retainsMuch(slot)));
    return { findings: idle.map((slot) => this.finding(slot)), limits: [] };
  }

  private retainsMuch({ retainedBytes }: SlotRow): boolean {
    return (retainedBytes ?? 0) >= this.bounds.slotRetainedBytes;
  }

  private finding(slot: SlotRow): Finding {
    const retained = slot.retainedBytes ?? 0;
    const bound = this.bounds.slotRetainedBytes;
    const isUrgent = !isLost(slot) && (slot.walStatus === 'unreserved' || retained >= CRITICAL_TIMES * bound);
    return {
      object: `replication slot ${slot.slot}`,
      severity: isUrgent ? 'critical' : 'warning',
      title: isLost(slot)
        ? `The replication slot ${slot.slot} has lost the WAL that it was to retain`
        : `The replication slot ${slot.slot} is used by nobody and retains ${megabytes(retained)} of WAL`,
      evidence: {
        active: false,
        retained_bytes: slot.retainedBytes,
        bound_bytes: bound,
        wal_status: slot.walStatus,
        safe_wal_bytes: slot.safeWalBytes,
        inactive_seconds: slot.inactiveSeconds,
        type: slot.type,
      },
      why: isLost(slot)
        ? 'Its consumer cannot go on from it, and has to be built anew.'
        : 'WAL is kept for it until the disk is full, and then the primary stops.',
      fixSql: dropSlotSql(slot.slot),
      advice:
        'Start its consumer again. If there is none any more, drop the slot; a standby or subscriber of it would have to be built ' +
        'anew. max_slot_wal_keep_size bounds what any slot may retain.',
      action: null,
    };
  }
}

const isLost = ({ walStatus }: SlotRow) => walStatus === 'lost';
