import { rankTest } from './rank-test.js';

const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

/** All ways to choose the first sample, counted: what the approximation stands for. */
function exact(one: readonly number[], other: readonly number[]): number {
  const pooled = [...one, ...other];
  const distance = (sample: readonly number[], rest: readonly number[]) =>
    Math.abs(
      sample.reduce(
        (sum, a) => sum + rest.reduce((part, b) => part + (a > b ? 1 : a === b ? 0.5 : 0), 0),
        0,
      ) -
        (sample.length * rest.length) / 2,
    );
  const found = distance(one, other);
  let [all, asFar] = [0, 0];
  for (let mask = 0; mask < 2 ** pooled.length; mask++) {
    const sample = pooled.filter((_, index) => (mask >> index) & 1);
    if (sample.length !== one.length) continue;
    all++;
    if (
      distance(
        sample,
        pooled.filter((_, index) => !((mask >> index) & 1)),
      ) >= found
    )
      asFar++;
  }
  return asFar / all;
}

describe('rankTest', () => {
  it.each([
    [upTo(7), upTo(7, 8)],
    [upTo(7), upTo(7, 4)],
    [
      [1, 5, 2, 9, 4, 4, 7],
      [4, 6, 8, 4, 9, 9, 3, 10],
    ],
    [
      [1, 1, 1, 2, 2, 2],
      [2, 2, 3, 3, 3, 3],
    ],
  ])('of %j and %j is about what counting gives', (one, other) => {
    expect(Math.abs(rankTest(one, other) - exact(one, other))).toBeLessThan(0.02);
    expect(rankTest(other, one)).toBeCloseTo(rankTest(one, other), 12);
  });

  it('finds no difference in what is all the same, and in nothing', () => {
    expect(rankTest([1, 1, 1], [1, 1, 1])).toBe(1);
    expect(rankTest([], [])).toBe(1);
    expect(rankTest([1, 2, 3], [])).toBe(1);
  });

  it('is below 0.01 for six and six that are apart, and not for five and five', () => {
    expect(rankTest(upTo(6), upTo(6, 7))).toBeLessThan(0.01);
    expect(rankTest(upTo(5), upTo(5, 6))).toBeGreaterThan(0.01);
  });
});
