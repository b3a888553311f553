import { setTimeout as sleep } from 'node:timers/promises';
import { withSession } from '../server/session.js';
import { insertRows, updateRows } from './churn.sql.js';
import type { AutovacuumOptions } from './options.js';

export interface Written {
  rows: number;
  writesMs: number[];
}

const BATCH_MS = 100;
/** After how many batches rows are updated: in 2 s and 10 s. */
const UPDATED_AFTER = [20, 100];

/** Ten batches a second at a fixed pace; a late one is made up for. */
export const writeSteadily = (
  databaseUrl: string,
  table: string,
  { rows, rate }: AutovacuumOptions,
  isOver: () => boolean,
): Promise<Written> =>
  withSession(databaseUrl, async (query) => {
    const size = Math.round((rate * BATCH_MS) / 1000);
    const rangeOf = (batch: number) => [rows + 1 + batch * size, rows + (batch + 1) * size];
    const startedAt = performance.now();
    const writesMs: number[] = [];
    let batch = 0;
    for (; !isOver(); batch++) {
      const from = performance.now();
      await query(insertRows(table), rangeOf(batch));
      // Of the first ones it is the table's last rows.
      for (const after of UPDATED_AFTER) await query(updateRows(table), rangeOf(batch - after));
      writesMs.push(performance.now() - from);
      await sleep(Math.max(0, startedAt + (batch + 1) * BATCH_MS - performance.now()));
    }
    return { rows: batch * size, writesMs };
  });
