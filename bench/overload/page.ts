import { exact } from '../live-statistics/figures.js';
import { boundsTable, type Bound } from '../report/bounds.js';
import { table } from '../report/markdown.js';
import type { OverloadResult } from './bench.js';
import type { OpenLoop } from './open-loop.js';
import { CLIENTS, FACTOR } from './options.js';

const row = (what: string, loop: OpenLoop) => [
  what,
  loop.askedPerSecond.toFixed(0),
  loop.answeredPerSecond.toFixed(0),
  ...[loop.answered.p50, loop.answered.p99, loop.answered.max].map(exact),
  loop.refusedPerSecond.toFixed(0),
  ...(loop.refused.count === 0 ? ['–', '–'] : [loop.refused.p50, loop.refused.p99].map(exact)),
];

export const page = (
  { ranAt, node, cpus, seconds, maximum, overload, after, residentMiB }: OverloadResult,
  bounds: readonly Bound[],
) => `# Overload

Written by \`npm run bench:overload\` on ${ranAt.slice(0, 10)}: Node ${node}, ${cpus} shared cores, embedded PostgreSQL, the real
server as a process of its own with its defaults, but without rate limits; the client on the same cores. Dashboard, first
page of events and applications of 10 tenants in turn. ${CLIENTS} clients that ask again as soon as they have an answer are
given ${maximum.toFixed(0)} answers/s: the maximum. Then the server is asked for ${FACTOR} times as many for ${seconds} s, whatever comes back,
and then for half of it. Times in ms; refused are 503 and 429.

${table(
  ['', 'asked/s', 'answered/s', 'p50', 'p99', 'max', 'refused/s', 'p50', 'p99'],
  [row(`${FACTOR} times the maximum`, overload), row('half of it, from then on', after)],
)}

Resident memory of the server: ${residentMiB.before.toFixed(0)} MiB before, ${residentMiB.most.toFixed(0)} MiB at most. Requests that the client had no
free connection for: ${overload.unsent}.

## Bounds

${boundsTable(bounds)}
`;
