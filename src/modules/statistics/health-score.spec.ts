import { healthScore } from './health-score.js';

const quiet = { successRate: 0, avgDurationMs: null, activeToday: false, activeThisWeek: false };

describe('healthScore', () => {
  it('is 100 for an endpoint that could not do better, and 0 for one that never did anything', () => {
    expect(
      healthScore({ successRate: 100, avgDurationMs: 20, activeToday: true, activeThisWeek: true }),
    ).toBe(100);
    expect(healthScore(quiet)).toBe(0);
  });

  it.each([
    [0, 30],
    [99.9, 30],
    [100, 20],
    [499.9, 20],
    [500, 10],
    [999.9, 10],
    [1000, 0],
    [null, 0],
  ])('an average of %s ms is worth %i', (avgDurationMs, points) => {
    expect(healthScore({ ...quiet, avgDurationMs })).toBe(points);
  });

  it('adds 60 hundredths of the success rate, and 10 or 5 for a recent event', () => {
    expect(healthScore({ ...quiet, successRate: 50 })).toBe(30);
    expect(healthScore({ ...quiet, activeThisWeek: true })).toBe(5);
    expect(healthScore({ ...quiet, activeThisWeek: true, activeToday: true })).toBe(10);
  });
});
