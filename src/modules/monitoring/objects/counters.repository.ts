import type { QueryRunner } from '../../../kernel/database/database.js';
import type { Sample } from '../samples/samples.repository.js';
import { keepCounters } from './queries/keep-counters.sql.js';
import { readCounters, type Counts, type CountersRow } from './queries/read-counters.sql.js';
import { series } from './series.js';

export type { Counts, CountersRow };

const NAME = 'objects';

/** What was counted at the last look, also by another instance. */
export class CountersRepository {
  constructor(private readonly runner: QueryRunner) {}

  async last(): Promise<CountersRow | undefined> {
    const [row] = await this.runner.query(readCounters({ name: NAME }));
    return row;
  }

  async keep(countedSince: string | null, counts: Counts): Promise<void> {
    await this.runner.query(keepCounters({ name: NAME, countedSince, counts }));
  }
}

/** Ids of transactions and the like: nothing but a restored backup makes them fall. */
const steady: ReadonlySet<string> = new Set<string>([series.transactions, series.multixacts]);

/**
 * What was counted since the last look. After a reset, which a fallen counter shows too, that is all that is counted; of what
 * was not looked at before nothing is known.
 */
export function countedBetween(
  last: Pick<CountersRow, 'countedSince' | 'counts'>,
  now: Pick<CountersRow, 'countedSince' | 'counts'>,
): Sample[] {
  const isReset = last.countedSince !== now.countedSince;
  return Object.entries(now.counts).flatMap(([name, counts]) =>
    Object.entries(counts).flatMap(([object, count]) => {
      const before = last.counts[name]?.[object];
      if (before === undefined) return [];
      if (steady.has(name)) return count < before ? [] : [{ series: name, object, value: count - before }];
      return [{ series: name, object, value: isReset || count < before ? count : count - before }];
    }),
  );
}
