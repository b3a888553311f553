import { boundsTable, type Bound } from '../report/bounds.js';
import { table } from '../report/markdown.js';
import { rateOf, TRIVIAL, type CacheResult, type Rate } from './bench.js';

const rate = (found: Rate | undefined) =>
  found === undefined ? '' : Math.round(found.perSecond).toLocaleString('en-US');
const percent = (found: Rate | undefined) => `${(100 * (found?.share ?? NaN)).toFixed(0)} %`;

export function page(result: CacheResult, bounds: readonly Bound[]): string {
  const { kept, read, events, milliseconds, rounds, crowd } = result;
  const rows = kept.map(({ name, clients }) => [
    String(clients),
    name,
    rate(rateOf(kept, name, clients)),
    percent(rateOf(kept, name, clients)),
    rate(rateOf(read, name, clients)),
  ]);
  return `# Cached answers

Written by \`npm run bench:cache\` on ${result.ranAt.slice(0, 10)}: Node ${result.node}, ${result.cpus} shared cores, the real
server as a process of its own over embedded PostgreSQL with ${events} events; clients and server share the cores. Requests a
second in a closed loop: medians of ${rounds} rounds of ${milliseconds} ms, in which the routes take turns; the share is the median of
the rounds' shares. A hit is checked for its token and has its trust headers and its ETag like any other answer;
\`${TRIVIAL}\` needs no token and answers 15 bytes.

${table(['clients', 'route', 'kept', `of ${TRIVIAL}`, 'with CACHE_TTL_SECONDS=0'], rows)}

${crowd.requests} clients that ask at the same time for what is not kept: ${crowd.statements} statement(s).

## Bounds

${boundsTable(bounds)}
`;
}
