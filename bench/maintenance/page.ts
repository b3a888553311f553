import { exact } from '../live-statistics/figures.js';
import { boundsTable, type Bound } from '../report/bounds.js';
import type { Latency } from '../report/latency.js';
import { seconds, table } from '../report/markdown.js';
import { READS_PER_SECOND, WRITES_PER_SECOND } from './options.js';
import { ratio, type JobFigures, type MaintenanceResult } from './result.js';

const pair = (quiet: Latency, during: Latency) => [
  `${exact(quiet.p50)} → ${exact(during.p50)}`,
  `${exact(quiet.p99)} → ${exact(during.p99)}`,
  ratio(during, quiet).toFixed(2),
];
const outcomes = ({ outcomes: found }: JobFigures) =>
  Object.entries(found)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');

export const page = (result: MaintenanceResult, bounds: readonly Bound[]) => `# Maintenance beside the traffic

Written by \`npm run bench:maintenance\` on ${result.ranAt.slice(0, 10)}: Node ${result.node}, ${result.cpus} cores shared by PostgreSQL ${result.postgres}
(the plan's settings for 8 GB), the real server, the writer and the readers.

- Data: ${result.events} events and their attempts of 50 users and 60 days. Half of the rows of both tables were then written
  anew, twice, an index made invalid, and nothing cleaned up: autovacuum is off, so that the jobs find work.
- Traffic: EthHook's own statements, ${WRITES_PER_SECOND} inserted rows/s (${result.insertedPerSecond.toFixed(0)} reached) and an update for each attempt; ${READS_PER_SECOND} requests/s over HTTP
  for dashboards, lists, series and deliveries of a heavy, a median and a light tenant. A request's latency counts from when
  it was due.
- Every job with a schedule, asked for by hand with force; a short one again and again for ${result.seconds} s. Quiet is the traffic
  ${result.seconds} s before and ${result.seconds} s after. ms, quiet → during.

${table(
  ['Job', 'Runs', 'Longest', 'Write p50', 'Write p99', 'Ratio', 'Request p50', 'Request p99', 'Ratio'],
  result.jobs.map((job) => [
    job.job,
    outcomes(job),
    seconds(job.seconds),
    ...pair(job.quiet.writes, job.writes),
    ...pair(job.quiet.reads, job.reads),
  ]),
)}

What the first run of each did:

${result.jobs.map(({ job, first }) => `- **${job}**: ${first.summary}`).join('\n')}

## Bounds

${boundsTable(bounds)}
`;
