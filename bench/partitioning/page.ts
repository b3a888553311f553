import { grouped } from '../../src/demo/progress-bar.js';
import { boundsTable, type Bound } from '../report/bounds.js';
import { mib, ms, seconds, table } from '../report/markdown.js';
import type { PartitioningResult } from './bench.js';
import { MONTHS, ROUNDS, WRITES_PER_SECOND } from './options.js';

const times = (parted: number, whole: number) => `${(parted / whole).toFixed(2)} ×`;
const rate = (value: number) => `${grouped(Math.round(value))}/s`;
const two = (value: number) => value.toFixed(2);

export function page(result: PartitioningResult, bounds: readonly Bound[]): string {
  const { whole, parted } = result.forms;
  const row = (what: string, show: (value: number) => string, a: number, b: number) => [
    what,
    show(a),
    show(b),
    times(b, a),
  ];
  const head = ['', 'one table', 'by month', 'ratio'];
  return `# delivery_attempts as one table, and by month

Written by \`npm run bench:partitioning\` on ${result.ranAt.slice(0, 10)}: PostgreSQL ${result.postgres}, ${result.cpus} shared cores; the ratios are what
to look at. The same ${grouped(whole.sizes.rows)} attempts in two databases of one server: as the migrations make the table, and in
${MONTHS} partitions by month of \`attempted_at\` and one for what is outside, with the same indexes, but that \`id\` is not unique.

## Reads

Our own statements, prepared and warm, for the tenant with the most attempts; medians in ms.

${table(
  head,
  whole.reads.map(({ name, p50Ms }, index) => row(name, two, p50Ms, parted.reads[index]?.p50Ms ?? NaN)),
)}

What it takes to plan them once, in ms:

${table(
  head,
  whole.reads.map(({ name, planningMs }, index) =>
    row(name, two, planningMs, parted.reads[index]?.planningMs ?? NaN),
  ),
)}

## Writes

One client, rows a second; medians of ${ROUNDS} rounds in turn.

${table(head, [
  row('insert, one row', rate, whole.writes.insertOne, parted.writes.insertOne),
  row('insert, 500 rows', rate, whole.writes.insertBatch, parted.writes.insertBatch),
  row('`UPDATE … WHERE id =`', rate, whole.writes.updateById, parted.writes.updateById),
])}

## Size

${table(head, [
  row('heap', mib, whole.sizes.heapBytes, parted.sizes.heapBytes),
  row('indexes', mib, whole.sizes.indexBytes, parted.sizes.indexBytes),
])}

## The oldest month goes

Beside a writer of ${WRITES_PER_SECOND} rows/s: attempts and their events in batches of 500 events without a pause; or the partition is dropped, and
then the events go in batches. A drop fires no trigger: what was dropped leaves the statistics unnoticed, retries that are
pending with it.

${table(head, [
  row('attempts', grouped, whole.removal.attempts, parted.removal.attempts),
  row('events', grouped, whole.removal.events, parted.removal.events),
  ['until the attempts were gone', seconds(whole.removal.seconds), `${ms(parted.removal.dropMs)} ms`, ''],
  row('until the events were gone', seconds, whole.removal.seconds, parted.removal.seconds),
  row('WAL, the writer’s too', mib, whole.removal.walBytes, parted.removal.walBytes),
  row('a write meanwhile, p99, ms', two, whole.removal.writers.p99, parted.removal.writers.p99),
  row('a write meanwhile, longest, ms', two, whole.removal.writers.max, parted.removal.writers.max),
])}

## What PostgreSQL refuses

${boundsTable(bounds)}
`;
}
