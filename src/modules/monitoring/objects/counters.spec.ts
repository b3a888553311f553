import { countedBetween } from './counters.repository.js';
import { series } from './series.js';

const { indexScans, transactions } = series;
const at = (countedSince: string | null, counts: Record<string, Record<string, number>>) => ({
  countedSince,
  counts,
});
const values = (...looks: [ReturnType<typeof at>, ReturnType<typeof at>]) =>
  Object.fromEntries(
    countedBetween(...looks).map(({ series: name, object, value }) => [`${name} ${object}`, value]),
  );

it('keeps what was added, all of it after a reset, and nothing of what was not seen before', () => {
  const before = at('x', { [indexScans]: { grown: 10, same: 7, fallen: 50 }, [transactions]: { '': 1000 } });
  const after = { [indexScans]: { grown: 12, same: 7, fallen: 3, fresh: 99 }, [transactions]: { '': 1500 } };
  expect(values(before, at('x', after))).toEqual({
    'index_scans grown': 2,
    'index_scans same': 0,
    'index_scans fallen': 3,
    'transaction_ids ': 500,
  });
  // A reset does not begin the ids anew.
  expect(values(before, at('y', after))).toEqual({
    'index_scans grown': 12,
    'index_scans same': 7,
    'index_scans fallen': 3,
    'transaction_ids ': 500,
  });
  expect(values(before, at('x', { [transactions]: { '': 10 } }))).toEqual({});
});
