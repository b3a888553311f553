import { formatProgress, percentOf, Progress, Rate, secondsLeft } from './progress.js';

const running = (rowsVisited: number, rowsEstimated: number) =>
  ({ state: 'running', rowsVisited, rowsEstimated }) as const;

describe('formatProgress', () => {
  it('says how far, how fast and how long', () => {
    expect(formatProgress('fill', running(2_412_000, 5_600_000), 18_322)).toBe(
      'fill: 43.1 % | 2,412,000 of about 5,600,000 rows | 18,322 rows/s | 2:54 left',
    );
    expect(formatProgress('fill', running(0, 10), null)).toBe('fill: 0.0 % | 0 of about 10 rows');
    expect(formatProgress('fill', running(0, 40_000), 10)).toContain('| 1:06:40 left');
    expect(formatProgress('fill', running(0, 90), 10)).toContain('| 0:09 left');
  });

  it('is never at its end before it is done, and has no time left below nothing', () => {
    expect(percentOf(running(12, 10))).toBe(99.9);
    expect(percentOf(running(0, 0))).toBe(0);
    expect(percentOf({ ...running(8, 10), state: 'done' })).toBe(100);
    expect(secondsLeft(running(12, 10), 5)).toBe(0);
    expect(secondsLeft(running(1, 10), 0)).toBeNull();
  });
});

describe('Rate', () => {
  it('is that of the last minute', () => {
    const rate = new Rate();
    expect(rate.perSecond).toBeNull();
    for (let second = 0; second <= 100; second++) rate.add(second * 1000, second * 50);
    for (let second = 101; second <= 165; second++) rate.add(second * 1000, 5000 + (second - 100) * 10);
    expect(rate.perSecond).toBeCloseTo(10, 5);
    rate.reset();
    rate.add(0, 1);
    expect(rate.perSecond).toBeNull();
  });
});

describe('Progress', () => {
  it('draws a few times a second and logs every ten', () => {
    jest.useFakeTimers();
    const [drawn, logged]: [(string | null)[], string[]] = [[], []];
    const progress = new Progress('fill', {
      progress: (line) => void drawn.push(line),
      log: (line) => void logged.push(line),
    });
    for (let ms = 0; ms < 11_000; ms += 50) {
      progress.show(running(ms, 20_000), 'VACUUM');
      jest.advanceTimersByTime(50);
    }
    expect(drawn).toHaveLength(44);
    expect(logged).toEqual(['fill: 50.0 % | 10,000 of about 20,000 rows | VACUUM']);
    jest.useRealTimers();
  });
});
