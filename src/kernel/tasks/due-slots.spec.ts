import { CronSchedule } from './cron-schedule.js';
import { decideSlots } from './due-slots.js';
import type { Job } from './job.js';
import { MaintenanceWindows } from './maintenance-windows.js';

interface Case {
  now: string;
  after?: string;
  missed?: Job['missed'];
  weight?: Job['weight'];
  windows?: string[];
}

const decide = ({
  now,
  after = '2026-01-01T10:00:00Z',
  missed = 'catch-up',
  weight = 'light',
  windows = [],
}: Case) =>
  decideSlots({
    job: { missed, weight },
    schedule: new CronSchedule('*/5 * * * *', 'UTC'),
    windows: new MaintenanceWindows(windows, 'UTC'),
    after: new Date(after),
    now: new Date(now),
    lateMs: 30_000,
  }).map(({ slot, skippedFor }) => [slot.toISOString().slice(11, 16), skippedFor]);

describe('decideSlots', () => {
  it('has nothing to decide before the next slot', () => {
    expect(decide({ now: '2026-01-01T10:04:59Z' })).toEqual([]);
  });

  it('runs a slot that is on time, also where the timer fired a little early', () => {
    expect(decide({ now: '2026-01-01T10:05:20Z' })).toEqual([['10:05', null]]);
    expect(decide({ now: '2026-01-01T10:04:59.990Z' })).toEqual([['10:05', null]]);
  });

  it('runs the latest of those that were missed, or none, by the rule', () => {
    const now = '2026-01-01T11:03:00Z';
    expect(decide({ now })).toEqual([['11:00', null]]);
    expect(decide({ now, missed: 'skip' })).toEqual([['11:00', expect.stringContaining('missed')]]);
  });

  it('runs no missed slot beside one that is on time', () => {
    expect(decide({ now: '2026-01-01T11:00:10Z' })).toEqual([['11:00', null]]);
    expect(decide({ now: '2026-01-01T11:00:10Z', missed: 'skip' })).toEqual([['11:00', null]]);
  });

  it('skips heavy work whose slot is outside the windows, and says when they open', () => {
    const windows = ['daily 12:00-13:00'];
    expect(decide({ now: '2026-01-01T11:00:10Z', weight: 'heavy', windows })).toEqual([
      ['11:00', 'outside the maintenance windows; the next one opens 2026-01-01T12:00:00.000Z'],
    ]);
    expect(decide({ now: '2026-01-01T11:00:10Z', weight: 'light', windows })).toEqual([['11:00', null]]);
  });
});
