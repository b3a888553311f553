import { nextPauseMs } from './fold-pace.js';

/** After so many folds at a constant rate. */
function settled(rowsPerSecond: number, shortestMs = 250): number {
  let pause = shortestMs;
  for (let fold = 0; fold < 20; fold++)
    pause = nextPauseMs({ lastPauseMs: pause, shortestMs, rows: (rowsPerSecond * pause) / 1000 });
  return pause;
}

describe('the pause between folds', () => {
  it.each([
    [0, 800],
    [10, 800],
    [1000, 800],
    [2000, 500],
    [4000, 250],
    [100_000, 250],
  ])('at %i rows/s is %i ms', (rowsPerSecond, pause) => {
    expect(settled(rowsPerSecond)).toBeCloseTo(pause, 3);
  });

  it('shrinks at once and grows step by step', () => {
    expect(nextPauseMs({ lastPauseMs: 800, shortestMs: 50, rows: 16_000 })).toBe(50);
    expect(nextPauseMs({ lastPauseMs: 50, shortestMs: 50, rows: 0 })).toBe(100);
  });

  it('is the configured one where that is longer than ours', () => {
    expect(nextPauseMs({ lastPauseMs: 5000, shortestMs: 5000, rows: 0 })).toBe(5000);
  });
});
