import { endOfRecords, parseWalPosition } from './wal-position.js';

const SEGMENT = 16n * 1024n * 1024n;

it('reads positions as numbers that can be compared', () => {
  expect(parseWalPosition('0/0')).toBe(0n);
  expect(parseWalPosition('16/B374D848')).toBe(0x16b374d848n);
  expect(parseWalPosition('1/0')).toBeGreaterThan(parseWalPosition('0/FFFFFFFF'));
});

it.each([
  ['after the header of a page', 3n * SEGMENT + 8192n + 24n, 3n * SEGMENT + 8192n],
  ['after the header of a segment', 3n * SEGMENT + 40n, 3n * SEGMENT],
  [
    'after a record that ends where a longer header would',
    3n * SEGMENT + 8192n + 40n,
    3n * SEGMENT + 8192n + 40n,
  ],
  ['at the end of a page', 3n * SEGMENT + 8192n, 3n * SEGMENT + 8192n],
  ['within a page', 3n * SEGMENT + 8192n + 32n, 3n * SEGMENT + 8192n + 32n],
])('the last record ends before an insert position %s', (_, insert, end) => {
  expect(endOfRecords(insert, SEGMENT)).toBe(end);
});
