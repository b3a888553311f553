import type { CronSchedule } from './cron-schedule.js';
import type { Job } from './job.js';
import type { MaintenanceWindows } from './maintenance-windows.js';
import type { SlotDecision } from './queries/queue-slots.sql.js';

/** Timers may fire a little before their time. */
const EARLY_MS = 50;

interface Due {
  job: Pick<Job, 'missed' | 'weight'>;
  schedule: CronSchedule;
  windows: MaintenanceWindows;
  /** The last slot that was decided. */
  after: Date;
  now: Date;
  lateMs: number;
}

/**
 * What becomes of the slots since the last one that was decided. All that are on time are run. When there is none, the
 * latest of those that were missed is run late, or recorded as skipped, by the job's own rule; those before it are let go.
 */
export function decideSlots({ job, schedule, windows, after, now, lateMs }: Due): SlotDecision[] {
  const slots = schedule.slots(after, new Date(now.getTime() + EARLY_MS));
  const onTime = slots.filter((slot) => now.getTime() - slot.getTime() <= lateMs);
  const isMissed = onTime.length === 0;
  return (isMissed ? slots.slice(-1) : onTime).map((slot) => {
    if (isMissed && job.missed === 'skip')
      return { slot, skippedFor: 'missed: no instance was there for it' };
    if (job.weight === 'heavy' && !windows.isOpen(slot))
      return { slot, skippedFor: closedSentence(windows, slot) };
    return { slot, skippedFor: null };
  });
}

export const closedSentence = (windows: MaintenanceWindows, at: Date) =>
  `outside the maintenance windows; the next one opens ${windows.opensAfter(at)?.toISOString() ?? 'never'}`;
