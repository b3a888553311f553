import { boundsTable, type Bound } from '../report/bounds.js';
import { table } from '../report/markdown.js';
import { rateOf, routes, TRIVIAL, type CacheResult } from './bench.js';

const rate = (value: number) => Math.round(value).toLocaleString('en-US');
const percent = (value: number) => `${(100 * value).toFixed(0)} %`;

export function page(result: CacheResult, bounds: readonly Bound[]): string {
  const { kept, read, events, seconds, crowd } = result;
  const clients = [...new Set(kept.map((each) => each.clients))];
  const rows = clients.flatMap((count) => {
    const trivial = rateOf(kept, TRIVIAL, count);
    return [TRIVIAL, ...routes.map(([name]) => name)].map((name) => [
      String(count),
      name,
      rate(rateOf(kept, name, count)),
      percent(rateOf(kept, name, count) / trivial),
      name === TRIVIAL ? '' : rate(rateOf(read, name, count)),
    ]);
  });
  return `# Cached answers

Written by \`npm run bench:cache\` on ${result.ranAt.slice(0, 10)}: Node ${result.node}, ${result.cpus} shared cores, the real
server as a process of its own over embedded PostgreSQL with ${events} events; clients and server share the cores. Requests a
second, closed loop, medians of three rounds of ${seconds} s in turns. A hit is checked for its token and answered with its
trust headers and its ETag like any other answer; \`${TRIVIAL}\` needs no token and answers 15 bytes.

${table(['clients', 'route', 'kept', `of ${TRIVIAL}`, 'with CACHE_TTL_SECONDS=0'], rows)}

${crowd.requests} clients that ask at the same time for what is not kept: ${crowd.statements} statement(s).

## Bounds

${boundsTable(bounds)}
`;
}
