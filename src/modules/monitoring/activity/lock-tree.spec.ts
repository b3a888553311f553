import { lockTree } from './lock-tree.js';
import type { LockWaitRow } from './queries/list-lock-waits.sql.js';

const waits = (pid: number, blockedBy: number[], prepared: string[] = []): LockWaitRow => ({
  pid,
  blockedBy,
  mode: 'ShareLock',
  lockType: 'transactionid',
  relation: null,
  waitSeconds: 1,
  held: [],
  prepared: prepared.map((name) => ({ name, mode: 'ExclusiveLock', seconds: 1 })),
});
const shown = (rows: LockWaitRow[]) =>
  lockTree(rows).map(({ depth, pid, preparedName, blocks, isInCycle }) =>
    [' '.repeat(depth), preparedName ?? pid, ` ${blocks}`, isInCycle ? ' cycle' : ''].join(''),
  );

it('has the root with most below it first, and each session below whom it waits for', () => {
  expect(shown([waits(9, [8]), waits(2, [1]), waits(3, [2, 1]), waits(4, [3])])).toEqual([
    '1 3',
    ' 2 2',
    '  3 1',
    '   4 0',
    '8 1',
    ' 9 0',
  ]);
});

it('shows sessions that wait for each other, with those behind them, and ends', () => {
  expect(shown([waits(1, [2]), waits(2, [1]), waits(3, [1])])).toEqual([
    '1 2 cycle',
    ' 2 0 cycle',
    ' 3 0 cycle',
  ]);
  expect(shown([waits(1, [1])])).toEqual(['1 0 cycle']);
});

it('names prepared transactions, which have no pid', () => {
  expect(shown([waits(2, [0], ['a', 'b']), waits(3, [0, 2], ['a'])])).toEqual([
    'a 2',
    ' 2 1',
    '  3 0',
    'b 2',
    ' 2 1',
    '  3 0',
  ]);
  expect(shown([waits(2, [0])])).toEqual([' 1', ' 2 0']);
});
