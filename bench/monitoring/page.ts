import { boundsTable, type Bound } from '../report/bounds.js';
import { mib, table } from '../report/markdown.js';
import { percentOf, type Cpu, type MonitoringResult } from './bench.js';

const row = (name: string, cpu: Cpu) => [
  name,
  `${cpu.seconds.toFixed(0)} s`,
  `${((100 * cpu.backendSeconds) / cpu.seconds).toFixed(2)} %`,
  `${((100 * cpu.nodeSeconds) / cpu.seconds).toFixed(2)} %`,
  `${percentOf(cpu).toFixed(2)} %`,
];

export const page = (result: MonitoringResult, bounds: readonly Bound[]) => `# What monitoring costs

Written by \`npm run bench:monitoring\` on ${result.ranAt.slice(0, 10)}: Node ${result.node}, ${result.cpus} cores, PostgreSQL ${result.postgres} with ${result.options.tables} tables and
${result.entries} entries in pg_stat_statements, of which ${result.options.statements} run every two minutes.

All collectors of the monitoring module in a process of their own, at their own intervals, each with a turn at the start: the
hourly ones are over-represented. CPU time of the backends of all its sessions, and of Node, in % of one core; without the
module it is what the pool, the watchdog and the timers take; the difference is what collecting costs.

${table(['', 'Measured for', 'Backends', 'Node', 'Together'], [row('without', result.quiet), row('with', result.collecting)])}

${table(
  ['Collector', 'Turns', 'Failed', 'ms a turn'],
  result.collectors.map(({ collector, turns, failures, seconds }) => [
    collector,
    turns,
    failures,
    turns === 0 ? '' : ((1000 * seconds) / turns).toFixed(0),
  ]),
)}

What it has kept takes ${mib(result.historyBytes)}.

## Bounds

${boundsTable(bounds)}
`;
