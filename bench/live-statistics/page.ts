import { grouped } from '../../src/demo/progress-bar.js';
import type { Bound } from '../report/bounds.js';
import { ms, table } from '../report/markdown.js';
import { answer } from './answer.js';
import { costSections } from './page-costs.js';
import { exact } from './figures.js';
import type { Throughput } from './load.js';
import { CLIENTS } from './load.js';
import { TIMEOUT_MS } from './connection.js';
import type { Conditions, LiveResult } from './result.js';
import type { Comparison } from './side-by-side.js';
import { milliseconds, speedUp, type SlowTime } from './slow-time.js';

export function page(result: LiveResult, bounds: readonly Bound[]): string {
  const { conditions } = result;
  const sections = [
    `# Statistics and event lists, side by side`,
    `Written by \`npm run bench\` (${conditions.ranAt.slice(0, 10)}); the same figures are in the .json beside it.`,
    headline(result),
    answer(bounds),
    `## Conditions`,
    `${describe(conditions)}\n${dataLines(result)}`,
    `## In the database`,
    formsLines,
    floorLine(result),
    ...result.tenants.flatMap(({ name, attempts }) => [
      `### The ${name} tenant: ${grouped(attempts)} attempts`,
      comparisonTable(result.comparisons.filter(({ tenant }) => tenant === name)),
    ]),
    `### Throughput`,
    `Answers a second, each client over a connection of its own, all from one process beside the server; _writer_: beside the writer and the fold.`,
    throughputTable('Read of a tenant', result.quiet.database, result.withWriter.database),
    `## Over HTTP`,
    `The real server as a process of its own, keep-alive connections, a bearer token, nothing cached. One client, the heavy tenant:`,
    table(
      ['Route, or the read that it answers', 'p50, ms', 'p99, ms'],
      result.httpLatencies.map(({ route, latency }) => [route, exact(latency.p50), exact(latency.p99)]),
    ),
    `Answers a second; _writer_: beside the writer and the fold.`,
    throughputTable('Route, or read of a tenant', result.quiet.http, result.withWriter.http),
    ...costSections(result),
  ];
  return `${sections.join('\n\n')}\n`;
}

function headline({ comparisons, tenants }: LiveResult): string {
  const dashboard = comparisons.find(({ kind, tenant }) => kind === 'dashboard' && tenant === 'heavy');
  if (!dashboard) return '';
  const { original, plan, ours } = dashboard;
  return `The dashboard of a tenant with ${grouped(tenants[0]?.attempts ?? NaN)} attempts, warm: ${warm(original)} by the original SQL, ${warm(plan)} by the plan's rewrite, ${exact(ours.database.p50)} ms by ours (p50).`;
}

const warm = (time: SlowTime | undefined) => {
  const text = slow(time, 'warmMs');
  return /\d$/.test(text) ? `${text} ms` : text;
};

export function describe({ settings, ...given }: Conditions): string {
  const { cpus, memoryBytes, node, postgres } = given;
  return [
    `- Machine: ${cpus} CPUs, ${(memoryBytes / 2 ** 30).toFixed(0)} GiB RAM; clients, servers and writer share it. Node ${node}, with 2 connections a CPU to read with.`,
    `- PostgreSQL ${postgres}: ${settings.map(({ name, value }) => `${name} ${value || "''"}`).join(', ')}.`,
  ].join('\n');
}

export const loaded =
  'Loaded in bulk, then `REINDEX DATABASE`, `VACUUM (ANALYZE)`, `CHECKPOINT`: indexes as after a rebuild.';

function dataLines({ conditions: { filled, dataAgeHours, dropsCaches, rate }, tenants }: LiveResult): string {
  const sizes = tenants.map(
    ({ name, events, attempts }) => `${name} ${grouped(events)} events and ${grouped(attempts)} attempts`,
  );
  const cold = dropsCaches
    ? "the server restarted and the operating system's page cache dropped"
    : "the server restarted; the operating system's page cache was kept";
  return [
    `- Data: ${grouped(filled.events)} events of ${filled.days} days, the same rows in both databases, up to ${dataAgeHours.toFixed(1)} hours before the run. Tenants: ${sizes.join(', ')}.`,
    `- Both databases were treated alike. ${loaded}`,
    `- Cold, before every such figure: ${cold}. Warm: over the same connection afterwards.`,
    `- Writer: \`scripts/simulate.js\`, EthHook's own statements at ${rate} inserted rows/s and an update for each attempt.`,
  ].join('\n');
}

const formsLines = `All times are in ms; jit is off.

- _Original_: the four-table SQL on EthHook's own schema and indexes, planned for its values. _Plan_: the plan's rewrite on our
  schema, which has its column and more indexes than it asks for, likewise. Both cold once, then warm: once, or the
  better of two where the cold run took 5 s or less. Reads that are not on the main pages (no cold figure) ran once, for
  the heavy tenant alone, with the files in the page cache. A statement is given up after ${TIMEOUT_MS / 1000} s.
- _Ours_: named prepared statements, with the options of the server. Cold once, then up to 5 rounds of up to 500 times, of
  which the percentiles are the medians: _in the database_, from sending a statement to having its whole answer, and _parsed_,
  until Node has made rows of it, too.
- The times of the others, and the cold ones, are until the answer is parsed.

– was not measured, or there is no such form.`;

const floorLine = ({ floor }: LiveResult) =>
  `The floor, p50 / p99: SELECT 1 ${exact(floor.selectOne.p50)} / ${exact(floor.selectOne.p99)} ms, ` +
  `a primary-key read ${exact(floor.primaryKey.p50)} / ${exact(floor.primaryKey.p99)} ms.`;

function slow(time: SlowTime | undefined, of: keyof SlowTime): string {
  const value = time?.[of] ?? null;
  return value === null ? '–' : milliseconds(value);
}

function comparisonTable(comparisons: readonly Comparison[]): string {
  return table(
    [
      'Read',
      'original, cold, ms',
      'original, warm, ms',
      'plan, cold, ms',
      'plan, warm, ms',
      'ours, cold, ms',
      'ours, in the database, p50, ms',
      'p99, ms',
      'ours, parsed, p50, ms',
      'original, warm / ours, p50',
    ],
    comparisons.map(({ statement, original, plan, ours }) => [
      statement,
      slow(original, 'coldMs'),
      slow(original, 'warmMs'),
      slow(plan, 'coldMs'),
      slow(plan, 'warmMs'),
      ms(ours.coldMs),
      exact(ours.database.p50),
      exact(ours.database.p99),
      exact(ours.parsed.p50),
      speedUp(original, ours.database.p50),
    ]),
  );
}

function throughputTable(
  what: string,
  quiet: readonly Throughput[],
  withWriter: readonly Throughput[],
): string {
  const names = [...new Set(quiet.map(({ name }) => name))];
  const at = (found: readonly Throughput[], name: string, clients: number) =>
    grouped(found.find((one) => one.name === name && one.clients === clients)?.perSecond ?? NaN);
  const head = CLIENTS.map((clients) => `${clients} client${clients === 1 ? '' : 's'}`);
  return table(
    [what, ...head.map((text) => `${text}, answers/s`), ...head.map((text) => `${text}, writer, answers/s`)],
    names.map((name) => [
      name,
      ...CLIENTS.map((clients) => at(quiet, name, clients)),
      ...CLIENTS.map((clients) => at(withWriter, name, clients)),
    ]),
  );
}
