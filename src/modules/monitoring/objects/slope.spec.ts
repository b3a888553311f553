import { forecast } from './disk-forecast.js';
import { slopeOf, type Point } from './slope.js';

const points = (count: number, step: number, value: (hours: number) => number): Point[] =>
  Array.from({ length: count }, (_, index) => ({
    hours: (index - count) * step,
    value: value((index - count) * step),
  }));

const noise = (hours: number) => ((Math.abs(hours) * 7919) % 13) - 6;

describe('slopeOf', () => {
  it('is that of the line, whatever a quarter of the points say', () => {
    const clean = slopeOf(points(112, 3, (hours) => 1000 + 5 * hours));
    expect(clean).toMatchObject({ perDay: 120, low: 120, high: 120, hours: 333, points: 112 });
    const spoilt = slopeOf(
      points(112, 3, (hours) => 5 * hours + noise(hours) + (hours < -200 && hours > -280 ? 9000 : 0)),
    );
    expect(spoilt?.perDay).toBeGreaterThan(110);
    expect(spoilt?.perDay).toBeLessThan(130);
    expect(spoilt?.low).toBeLessThan(spoilt?.perDay ?? 0);
    expect(spoilt?.high).toBeGreaterThan(spoilt?.perDay ?? 0);
  });

  it('says nothing before a day has passed, or by few points', () => {
    expect(slopeOf([])).toBeNull();
    expect(slopeOf(points(20, 1, (hours) => hours))).toBeNull();
    expect(slopeOf(points(7, 12, (hours) => hours))).toBeNull();
    expect(slopeOf(points(9, 3, () => 7))).toMatchObject({ perDay: 0 });
  });
});

describe('forecast', () => {
  const GIB = 1024 ** 3;

  it('tells the day, how far it may be off, and how sure it is', () => {
    const filling = forecast(
      points(112, 3, (hours) => 100 * GIB - (hours / 24) * 2 * GIB + noise(hours) * GIB),
    );
    expect(filling.daysLeft).toBeGreaterThan(40);
    expect(filling.daysLeft).toBeLessThan(60);
    expect(filling.soonest).toBeLessThan(filling.daysLeft ?? 0);
    expect(filling.latest).toBeGreaterThan(filling.daysLeft ?? Infinity);
    expect(filling.sureness).toBe('high');
    expect(forecast(points(16, 3, (hours) => 100 * GIB - hours * GIB)).sureness).toBe('low');
    const anyWay = forecast(points(112, 3, (hours) => 100 * GIB + noise(hours) * GIB));
    expect(anyWay.sureness).toBe('low');
  });

  it('has no day where the disk does not fill, or nobody knows', () => {
    expect(forecast(points(112, 3, (hours) => 100 * GIB + hours * GIB))).toMatchObject({
      daysLeft: null,
      latest: null,
      sureness: 'high',
      text: expect.stringContaining('does not fill') as string,
    });
    expect(forecast(points(4, 1, () => GIB))).toMatchObject({
      daysLeft: null,
      sureness: 'none',
      text: expect.stringContaining('for a day') as string,
    });
    expect(forecast([]).text).toContain('no figure');
  });
});
