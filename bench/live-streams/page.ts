import { exact } from '../live-statistics/figures.js';
import { boundsTable, type Bound } from '../report/bounds.js';
import { table } from '../report/markdown.js';
import type { StreamsResult, Usage } from './bench.js';
import { BUSY_STREAMS, ROWS_PER_SECOND, TENANTS } from './options.js';

const percent = (value: number) => `${value.toFixed(2)} %`;
const row = (what: string, { server, database }: Usage, residentMiB: number) => [
  what,
  percent(server),
  percent(database),
  `${residentMiB.toFixed(0)} MiB`,
];

export const page = (result: StreamsResult, bounds: readonly Bound[]) => {
  const { streams, seconds, residentMiB, busy } = result;
  const { count, p50, p95, p99, max } = busy.delay;
  return `# Event streams

Written by \`npm run bench:streams\` on ${result.ranAt.slice(0, 10)}: Node ${result.node}, ${result.cpus} shared cores,
embedded PostgreSQL, the real server as a process of its own, its fold and audit running. ${streams} server-sent streams of
${TENANTS} tenants, ${seconds} s each. CPU is in percent of one core; the database's is the run time of the feed's statements.

## Idle

${table(
  ['', 'CPU of the server', "the feed's statements", 'resident memory'],
  [
    row('without streams', result.without, residentMiB.without),
    row(`${streams} streams`, result.idle, residentMiB.idle),
  ],
)}

## While rows are written

${BUSY_STREAMS} of them beside a writer of ${ROWS_PER_SECOND} rows/s (${busy.insertedPerSecond.toFixed(0)} reached), clients and writer on the same
cores: from the time that the writer gave the first attempt of an event to a client having it, in ms.

${table(
  ['given', 'p50', 'p95', 'p99', 'max', 'within 2 s'],
  [[String(count), ...[p50, p95, p99, max].map(exact), `${(100 * busy.within2s).toFixed(3)} %`]],
)}

## Bounds

${boundsTable(bounds)}
`;
};
