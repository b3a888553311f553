import { deltasOf } from './counter-deltas.js';

const at = (seconds: number, a: number, b: number, since: string | null = null) => ({
  at: seconds,
  since,
  counters: { a, b },
});

it('is what has been counted since, from 0 after a reset, told or seen', () => {
  expect(deltasOf(at(100, 10, 5), at(160, 25, 5))).toEqual({ seconds: 60, grown: { a: 15, b: 0 } });
  expect(deltasOf(at(100, 10, 5, 'x'), at(160, 25, 7, 'y'))).toEqual({ seconds: 60, grown: { a: 25, b: 7 } });
  expect(deltasOf(at(100, 10, 5), at(160, 4, 6))).toEqual({ seconds: 60, grown: { a: 4, b: 1 } });
  expect(deltasOf(undefined, at(160, 4, 6))).toBeNull();
  expect(deltasOf(at(160, 4, 6), at(160, 5, 6))).toBeNull();
});
