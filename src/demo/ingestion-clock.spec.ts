import { IngestionClock } from './ingestion-clock.js';

const until = Date.UTC(2026, 1, 3, 7, 30) * 1000 + 123_000;
const DAY_US = 86_400_000_000;

describe('IngestionClock', () => {
  const events = 200_000;
  const days = 5;
  const clock = new IngestionClock(until, days, events);
  const times = Array.from({ length: events }, (_, i) => clock.ingestedAtUs(i, (i * 0.618) % 1));

  it('never runs backwards and fills the period, to the microsecond', () => {
    expect(times.every((time, i) => i === 0 || time >= (times[i - 1] as number))).toBe(true);
    expect(times[0]).toBeGreaterThanOrEqual(until - days * DAY_US);
    expect(times.at(-1)).toBeLessThan(until);
    expect(until - times.at(-1)!).toBeLessThan(20_000_000);
    expect(times.filter((time) => time % 1000 !== 0).length).toBeGreaterThan(0.99 * events);
  });

  it('has its busiest hour about 15:00 UTC, four times the quietest', () => {
    const byHour = new Array<number>(24).fill(0);
    for (const time of times) byHour[new Date(time / 1000).getUTCHours()]!++;
    expect([14, 15]).toContain(byHour.indexOf(Math.max(...byHour)));
    expect([2, 3]).toContain(byHour.indexOf(Math.min(...byHour)));
    expect(Math.max(...byHour) / Math.min(...byHour)).toBeCloseTo(4, 0);
  });

  it('copes with one event over ten years', () => {
    const time = new IngestionClock(until, 3650, 1).ingestedAtUs(0, 0.999999);
    expect(time).toBeGreaterThan(until - 3650 * DAY_US);
    expect(time).toBeLessThanOrEqual(until);
  });
});
