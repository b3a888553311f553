import { halvedBatchRows, nextBatchRows } from './batch-size.js';

const limits = { targetBatchMs: 100, maxBatchRows: 2000 };
const settle = (first: number, msPerRow: number) => {
  const sizes = [first];
  for (let step = 0; step < 40; step++) {
    const rows = sizes.at(-1) ?? 0;
    sizes.push(nextBatchRows(rows, rows * msPerRow, limits));
  }
  return sizes;
};

describe('nextBatchRows', () => {
  it('settles where a batch takes its target duration, from either side', () => {
    expect(settle(500, 0.2).at(-1)).toBe(500);
    expect(settle(20, 0.2).at(-1)).toBeGreaterThan(450);
    expect(settle(2000, 0.2).at(-1)).toBeLessThan(550);
  });

  it('takes bounded steps', () => {
    expect(nextBatchRows(100, 1, limits)).toBe(150);
    expect(nextBatchRows(100, 0, limits)).toBe(150);
    expect(nextBatchRows(100, 60_000, limits)).toBe(25);
  });

  it('stays between 10 rows and the maximum, and below a maximum of less than 10', () => {
    expect(settle(100, 0.000_1).at(-1)).toBe(2000);
    expect(settle(100, 1000).at(-1)).toBe(10);
    expect(nextBatchRows(3, 1000, { targetBatchMs: 100, maxBatchRows: 3 })).toBe(3);
    expect(halvedBatchRows(100, limits)).toBe(50);
    expect(halvedBatchRows(12, limits)).toBe(10);
  });
});
