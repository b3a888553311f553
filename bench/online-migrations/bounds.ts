import { atMost, bound, none, type Bound } from '../report/bounds.js';
import type { Sizes } from './measure.js';
import type { Checksum } from './measures.sql.js';
import type { BenchResult } from './result.js';

const MAX_WRITE_MS = 1000;
const MAX_P99_RATIO = 3;
const MAX_HEAP_RATIO = 1.4;

/** What a takeover of a live database must not do; every one of them decides about the exit code. */
export function judge({ phases, runner, sizes, checksums, migrations }: BenchResult): Bound[] {
  const { before, during, after } = phases;
  const all = [before, during, after];
  const sum = (of: (phase: (typeof all)[number]) => number) =>
    all.reduce((total, phase) => total + of(phase), 0);
  const p99Ratio = during.writes.p99 / before.writes.p99;
  const heapRatio = heapOf(sizes.after) / heapOf(sizes.before);
  const finished = migrations.filter(({ seconds }) => seconds !== null).length;
  const invalid = sizes.after.indexes.filter(({ isValid }) => !isValid).length;
  return [
    bound('exit code of `migrate run`', '0', `${runner.code} (${finished} migrations)`, runner.code === 0),
    none(
      'failed writes',
      sum(({ failedWrites }) => failedWrites),
    ),
    none(
      'lost writes',
      sum(({ lost }) => lost),
    ),
    none(
      'altered writes',
      sum(({ mismatched }) => mismatched),
    ),
    none(
      'failed reads',
      sum(({ failedReads }) => failedReads),
    ),
    none('rows from before the migrations that are lost or altered', changedTables(checksums), 'tables'),
    none('invalid indexes left behind', invalid),
    atMost('slowest write during the migrations, ms', MAX_WRITE_MS, during.writes.max),
    atMost('p99 of write latency, times its value before', MAX_P99_RATIO, p99Ratio),
    atMost('heap of delivery_attempts, times its size before', MAX_HEAP_RATIO, heapRatio),
  ];
}

const heapOf = ({ tables }: Sizes) =>
  tables.find(({ name }) => name === 'delivery_attempts')?.heapBytes ?? NaN;

function changedTables({ before, after }: { before: Checksum[]; after: Checksum[] }): number {
  const text = (checksum: Checksum | undefined) => JSON.stringify([checksum?.rows, checksum?.sum]);
  return before.filter((one) => text(one) !== text(after.find(({ table }) => table === one.table))).length;
}
