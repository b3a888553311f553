import { grouped } from '../../src/demo/progress-bar.js';
import { boundsTable, type Bound } from '../report/bounds.js';
import { ms, table } from '../report/markdown.js';
import { costSections } from './page-costs.js';
import { exact, speedUp } from './figures.js';
import type { Throughput } from './load.js';
import { CLIENTS } from './load.js';
import { TIMEOUT_MS } from './connection.js';
import type { Conditions, LiveResult } from './result.js';
import type { Comparison, SlowTime } from './side-by-side.js';

export function page(result: LiveResult, bounds: readonly Bound[]): string {
  const { conditions } = result;
  const sections = [
    `# Statistics and event lists, side by side`,
    `Written by \`npm run bench\` (${conditions.ranAt.slice(0, 10)}); the same figures are in the .json beside it.`,
    describe(conditions),
    dataLines(result),
    `## Bounds`,
    boundsTable(bounds),
    `## In the database`,
    formsLines,
    floorLine(result),
    ...result.tenants.flatMap(({ name, attempts }) => [
      `### The ${name} tenant: ${grouped(attempts)} attempts`,
      comparisonTable(result.comparisons.filter(({ tenant }) => tenant === name)),
    ]),
    `Answers a second over one connection for each client, all from one process beside the server:`,
    throughputTable(result.quiet.database, result.withWriter.database),
    `## Over HTTP`,
    `The real server as a process of its own, keep-alive connections, a bearer token, nothing cached (ms, one client, heavy tenant):`,
    table(
      ['Route', 'p50', 'p99'],
      result.httpLatencies.map(({ route, latency }) => [route, exact(latency.p50), exact(latency.p99)]),
    ),
    `Requests a second:`,
    throughputTable(result.quiet.http, result.withWriter.http),
    ...costSections(result),
  ];
  return `${sections.join('\n\n')}\n`;
}

export function describe({ settings, ...given }: Conditions): string {
  const { cpus, memoryBytes, node, postgres } = given;
  return [
    `- Machine: ${cpus} CPUs, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB RAM; clients, servers and writer share it. Node ${node}.`,
    `- PostgreSQL ${postgres}: ${settings.map(({ name, value }) => `${name} ${value || "''"}`).join(', ')}.`,
  ].join('\n');
}

function dataLines({ conditions: { filled, dataAgeHours, dropsCaches, rate }, tenants }: LiveResult): string {
  const sizes = tenants.map(
    ({ name, events, attempts }) => `${name} ${grouped(events)} events and ${grouped(attempts)} attempts`,
  );
  const cold = dropsCaches
    ? "the server restarted and the operating system's page cache dropped"
    : "the server restarted; the operating system's page cache was kept";
  return [
    `- Data: ${grouped(filled.events)} events of ${filled.days} days, the same rows in both databases, up to ${dataAgeHours.toFixed(1)} hours before the run; tenants: ${sizes.join(', ')}.`,
    `- Cold: ${cold}, before every single statement. Warm: the same connection afterwards.`,
    `- Writer: \`scripts/simulate.js\`, EthHook's own statements at ${rate} inserted rows/s and an update for each attempt.`,
  ].join('\n');
}

const formsLines = `Each form through the connection options of the server (named prepared statements, jit off), times from sending to
the answer, in ms. _Original_: the four-table SQL on EthHook's own schema and indexes; once cold, then the better of two,
or one of more than 15 s. _Plan_: the plan's rewrite on our schema, which has its column and more indexes than it asks
for; likewise. _Ours_: once cold, then up to 1000 times. A statement is given up after ${TIMEOUT_MS / 60_000} minutes (∞); – was not measured.`;

const floorLine = ({ floor }: LiveResult) =>
  `The floor, p50 / p99: SELECT 1 ${exact(floor.selectOne.p50)} / ${exact(floor.selectOne.p99)} ms, ` +
  `a primary-key read ${exact(floor.primaryKey.p50)} / ${exact(floor.primaryKey.p99)} ms.`;

const slow = (time: SlowTime | undefined, of: keyof SlowTime) => {
  if (time === undefined) return '–';
  const value = time[of];
  return value === null ? '∞' : ms(value);
};

const comparisonTable = (comparisons: readonly Comparison[]) =>
  table(
    ['', 'original', 'cold', 'plan', 'cold', 'ours p50', 'p99', 'cold', 'times faster'],
    comparisons.map(({ statement, original, plan, ours }) => [
      statement,
      slow(original, 'warmMs'),
      slow(original, 'coldMs'),
      slow(plan, 'warmMs'),
      slow(plan, 'coldMs'),
      exact(ours.warm.p50),
      exact(ours.warm.p99),
      exact(ours.coldMs),
      speedUp(original?.warmMs, ours.warm.p50),
    ]),
  );

function throughputTable(quiet: readonly Throughput[], withWriter: readonly Throughput[]): string {
  const names = [...new Set(quiet.map(({ name }) => name))];
  const at = (found: readonly Throughput[], name: string, clients: number) =>
    grouped(found.find((one) => one.name === name && one.clients === clients)?.perSecond ?? NaN);
  const head = CLIENTS.map((clients) => `${clients} client${clients === 1 ? '' : 's'}`);
  return table(
    ['', ...head, ...head.map((text) => `${text}, writer`)],
    names.map((name) => [
      name,
      ...CLIENTS.map((clients) => at(quiet, name, clients)),
      ...CLIENTS.map((clients) => at(withWriter, name, clients)),
    ]),
  );
}
