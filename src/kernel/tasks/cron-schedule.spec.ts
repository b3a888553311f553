import { CronSchedule, isCronExpression } from './cron-schedule.js';

const at = (text: string) => new Date(text);
const iso = (dates: readonly Date[]) => dates.map((date) => date.toISOString().slice(0, 16));

describe('CronSchedule', () => {
  it.each(['0 2 * * *', '*/5 * * * *', '*/10 * * * * *', '0 3 * * sun'])('takes %s', (expression) => {
    expect(isCronExpression(expression)).toBe(true);
  });

  it.each(['', 'daily', '@daily', '0 25 * * *', '* * * *', '0 2 * * * * *', '0 2 * * * ; x'])(
    'refuses %s',
    (expression) => {
      expect(isCronExpression(expression)).toBe(false);
      expect(() => new CronSchedule(expression, 'UTC')).toThrow();
    },
  );

  it('is due by the wall clock, also where daylight saving begins and ends', () => {
    const nightly = new CronSchedule('30 3 * * *', 'Europe/Berlin');
    const nextOf = (text: string) => nightly.next(at(text)).toISOString();
    expect(nextOf('2026-03-28T12:00:00Z')).toBe('2026-03-29T01:30:00.000Z');
    expect(nextOf('2026-10-24T12:00:00Z')).toBe('2026-10-25T02:30:00.000Z');
    expect(iso(nightly.slots(at('2026-03-28T12:00:00Z'), at('2026-03-29T12:00:00Z')))).toEqual([
      '2026-03-29T01:30',
    ]);
  });

  it('has the slots after one moment, up to another, that one included', () => {
    const often = new CronSchedule('*/5 * * * *', 'UTC');
    expect(iso(often.slots(at('2026-01-01T10:00:00Z'), at('2026-01-01T10:10:00Z')))).toEqual([
      '2026-01-01T10:05',
      '2026-01-01T10:10',
    ]);
    expect(often.slots(at('2026-01-01T10:00:00Z'), at('2026-01-01T10:04:59Z'))).toEqual([]);
  });

  it('finds the latest of a year of missed slots, without going through them all', () => {
    const eachSecond = new CronSchedule('* * * * * *', 'UTC');
    const slots = eachSecond.slots(at('2025-01-01T00:00:00Z'), at('2026-01-01T00:00:00Z'));
    expect(slots.length).toBeLessThanOrEqual(1000);
    expect(slots.at(-1)).toEqual(at('2026-01-01T00:00:00Z'));
    const yearly = new CronSchedule('0 0 1 1 *', 'UTC');
    expect(iso(yearly.slots(at('2025-01-01T00:00:00Z'), at('2026-01-05T00:00:00Z')))).toEqual([
      '2026-01-01T00:00',
    ]);
  });
});
