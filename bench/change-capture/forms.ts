import type { QueryRunner } from '../../src/kernel/database/database.js';
import type { Sql } from '../../src/kernel/database/sql.js';
import type { FoldSnapshot } from '../../src/modules/events/index.js';
import { installQueue, installWatermark } from './capture.sql.js';
import {
  begin,
  commit,
  dropFoldedVersions,
  foldQueue,
  foldTransactions,
  lockState,
  moveState,
  type StateRow,
} from './fold.sql.js';
import { readByQueue, readByTransactions, type TotalsRow } from './read.sql.js';

export type FormName = 'watermark' | 'snapshot' | 'queue';

export interface Form {
  name: FormName;
  title: string;
  /** Changes a migrated database to this form. */
  install: string;
  read: (userId: string) => Sql<TotalsRow>;
  /** Takes in everything that this transaction may; returns the number of changes. */
  fold: (runner: QueryRunner) => Promise<number>;
}

const inTransaction =
  (work: (runner: QueryRunner, state: StateRow) => Promise<number>) => async (runner: QueryRunner) => {
    await runner.query(begin());
    const [state] = await runner.query(lockState());
    if (state === undefined) throw new Error('bench_state has no row');
    const changes = await work(runner, state);
    await runner.query(commit());
    return changes;
  };

const foldUpTo = (upperOf: (state: StateRow) => FoldSnapshot) =>
  inTransaction(async (runner, state) => {
    const upper = upperOf(state);
    const [row] = await runner.query(foldTransactions({ lower: state, upper }));
    await runner.query(dropFoldedVersions({ upper }));
    await runner.query(moveState({ snapshot: upper }));
    return Number(row?.changes);
  });

export const forms: readonly Form[] = [
  {
    name: 'watermark',
    title: 'watermark',
    install: installWatermark,
    read: readByTransactions,
    fold: foldUpTo(({ nowXmin }) => ({ horizon: nowXmin, inFlight: [] })),
  },
  {
    name: 'snapshot',
    title: 'snapshot (ours)',
    install: '',
    read: readByTransactions,
    fold: foldUpTo(({ nowHorizon, nowInFlight }) => ({ horizon: nowHorizon, inFlight: nowInFlight })),
  },
  {
    name: 'queue',
    title: 'queue',
    install: installQueue,
    read: readByQueue,
    // The bound moves with the snapshot that the DELETE has: every row below it is gone then.
    fold: inTransaction(async (runner, { nowXmin }) => {
      await runner.query(moveState({ snapshot: { horizon: nowXmin, inFlight: [] } }));
      const [row] = await runner.query(foldQueue());
      return Number(row?.changes);
    }),
  },
];
