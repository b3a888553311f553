import { boundsTable, type Bound } from '../report/bounds.js';
import { table } from '../report/markdown.js';
import type { StreamsResult, Usage } from './bench.js';
import { TENANTS } from './options.js';

const percent = (value: number) => `${value.toFixed(2)} %`;
const row = (what: string, { server, database }: Usage, residentMiB: number) => [
  what,
  percent(server),
  percent(database),
  `${residentMiB.toFixed(0)} MiB`,
];

export const page = (result: StreamsResult, bounds: readonly Bound[]) => {
  const { streams, seconds, residentMiB } = result;
  return `# Idle event streams

Written by \`npm run bench:streams\` on ${result.ranAt.slice(0, 10)}: Node ${result.node}, ${result.cpus} shared cores,
embedded PostgreSQL, the real server as a process of its own, its fold and audit running. ${streams} server-sent streams of
${TENANTS} tenants, ${seconds} s each. CPU is in percent of one core; the database's is the run time of the feed's statements.

${table(
  ['', 'CPU of the server', "the feed's statements", 'resident memory'],
  [
    row('without streams', result.without, residentMiB.without),
    row(`${streams} streams`, result.idle, residentMiB.idle),
  ],
)}

${boundsTable(bounds)}
`;
};
