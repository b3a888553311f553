import { inUnit, isSame, listItems, memory, readable } from './setting-values.js';

it.each([
  ['2GB', '8kB', 262_144],
  ['64MB', 'kB', 65_536],
  ['1GB', 'MB', 1024],
  ['30s', 'ms', 30_000],
  ['5min', 's', 300],
  ['1.1', null, 1.1],
  ['-1', 'kB', -1],
  ['100', '8kB', 100],
  ['30s', 'kB', null],
  ['2GB', null, null],
  ['2 apples', 'kB', null],
  ['', 'kB', null],
  ["1'; DROP", 'kB', null],
])('%s of %s is %s', (text, unit, expected) => {
  expect(inUnit(text, unit)).toBe(expected);
});

it('writes memory in the largest unit in which it is whole', () => {
  expect([2 ** 31, 512 * 2 ** 20, 1536 * 2 ** 20, 1024].map(memory)).toEqual([
    '2GB',
    '512MB',
    '1536MB',
    '1kB',
  ]);
  expect([
    readable('16384', '8kB'),
    readable('-1', 'kB'),
    readable('300', 's'),
    readable('on', null),
  ]).toEqual(['128MB', '-1', '300s', 'on']);
});

it('knows what means the same', () => {
  expect(isSame('2GB', '262144', '8kB')).toBe(true);
  expect(isSame('on', 'true', null)).toBe(true);
  expect(isSame('a,b', 'a, "b"', null)).toBe(true);
  expect(isSame('2GB', '262143', '8kB')).toBe(false);
  expect(isSame('on', 'off', null)).toBe(false);
});

it('takes a list apart', () => {
  expect(listItems(' a, "$libdir/b",,c')).toEqual(['a', '$libdir/b', 'c']);
});
