import { grouped } from '../../src/demo/progress-bar.js';
import { boundsTable, type Bound } from '../report/bounds.js';
import type { Latency } from '../report/latency.js';
import { mib, ms, seconds, table } from '../report/markdown.js';
import type { BenchResult, PhaseFigures } from './result.js';

export function page(result: BenchResult, bounds: readonly Bound[]): string {
  const { before, during, after } = result.phases;
  const sections = [
    `# Online migrations under fire`,
    `Written by \`npm run bench:migrations\` (${result.ranAt.slice(0, 10)}); the same figures are in the .json beside it.`,
    conditions(result),
    `## Bounds`,
    boundsTable(bounds),
    `## Writer and reader`,
    table(['', 'before', 'during', 'after'], phaseRows([before, during, after])),
    `The reader polls these every 200 ms, prepared (p50 / p99 / max in ms):`,
    table(['Read', 'before', 'during', 'after'], readRows([before, during, after])),
    `## Migrations`,
    runner(result),
    table(
      ['Migration', 'Takes', 'Writes', 'p99, ms', 'slowest, ms', 'slowest read, ms'],
      result.migrations.map(({ name, seconds: took, writes, reads }) => [
        name,
        took === null ? 'did not end' : seconds(took),
        writes.count,
        ...(writes.count === 0 ? ['–', '–'] : [ms(writes.p99), ms(writes.max)]),
        reads.count === 0 ? '–' : ms(reads.max),
      ]),
    ),
    ...backfills(result),
    `Slowest writes during the migrations:`,
    table(
      ['Statement', 'ms', 'at', 'during'],
      result.slowestWrites.map(({ statement, latencyMs, atSeconds, migration }) => [
        statement,
        ms(latencyMs),
        seconds(atSeconds),
        migration ?? 'no migration',
      ]),
    ),
    ...lockWaits(result),
    `## Sizes`,
    table(['', 'before', 'after', 'ratio', 'VACUUMs', 'autovacuums'], sizeRows(result)),
    table(['Index', 'before', 'after'], indexRows(result)),
  ];
  return `${sections.join('\n\n')}\n`;
}

function conditions({ conditions: given }: BenchResult): string {
  const settings = given.settings.map(({ name, value }) => `${name} ${value || "''"}`).join(', ');
  return [
    `- Machine: ${given.cpus} CPUs, ${(given.memoryBytes / 2 ** 30).toFixed(0)} GiB RAM; writer, reader, runner and server share it. Node ${given.node}.`,
    `- PostgreSQL ${given.postgres}, default settings: ${settings}.`,
    `- Data: EthHook's original schema with the two production-only indexes; ${grouped(given.events)} events, ${grouped(given.attempts)} delivery attempts.`,
    `- Writer: EthHook's own statements, ${given.rate} inserted rows/s and an update for each attempt, 4 connections. Latency is from sending a statement to its answer, of every one of them.`,
    `- ${given.baselineSeconds} s before the migrations and after them; during: until one second after the runner's end.`,
  ].join('\n');
}

const three = ({ p50, p99, max }: Latency) => `${ms(p50)} / ${ms(p99)} / ${ms(max)}`;

function phaseRows(phases: readonly PhaseFigures[]): string[][] {
  const row = (what: string, of: (phase: PhaseFigures) => string | number) => [
    what,
    ...phases.map((p) => String(of(p))),
  ];
  return [
    row('duration', (p) => seconds(p.seconds)),
    row('inserted rows/s', (p) => p.insertedRowsPerSecond.toFixed(0)),
    row('writes', (p) => grouped(p.writes.count)),
    row('failed, lost, altered', (p) => `${p.failedWrites}, ${p.lost}, ${p.mismatched}`),
    row('rows given up after a stall', (p) => p.skippedRows),
    row('write p50, ms', (p) => ms(p.writes.p50)),
    row('write p95, ms', (p) => ms(p.writes.p95)),
    row('write p99, ms', (p) => ms(p.writes.p99)),
    row('slowest write, ms', (p) => ms(p.writes.max)),
    row('reads', (p) => grouped(p.reads.count)),
    row('failed reads', (p) => p.failedReads),
    row('read p50, ms', (p) => ms(p.reads.p50)),
    row('read p99, ms', (p) => ms(p.reads.p99)),
    row('slowest read, ms', (p) => ms(p.reads.max)),
    row('WAL', (p) => `${mib(p.walBytes)} (${mib(p.walBytes / p.seconds)}/s)`),
  ];
}

function readRows(phases: readonly PhaseFigures[]): string[][] {
  const names = Object.keys(phases[0]?.readsByName ?? {});
  const none = { count: 0, p50: 0, p95: 0, p99: 0, max: 0 };
  return names.map((name) => [name, ...phases.map((phase) => three(phase.readsByName[name] ?? none))]);
}

const runner = ({ runner: run, migrations }: BenchResult) =>
  `${migrations.length} migrations in ${seconds(run.seconds)}; ` +
  `${run.lockRetries} times a short transaction did not get its lock in time and was tried again.`;

function backfills({ backfills: found }: BenchResult): string[] {
  if (found.length === 0) return [];
  const rows = found.map(({ name, rowsVisited, rowsWritten, batches, vacuums, seconds: took }) => [
    name,
    grouped(rowsVisited),
    grouped(rowsWritten),
    seconds(took),
    grouped(rowsVisited / Math.max(took, 0.001)),
    batches,
    vacuums,
  ]);
  return [table(['Backfill', 'Rows visited', 'written', 'Takes', 'rows/s', 'Batches', 'VACUUMs'], rows)];
}

function lockWaits({ lockWaits: found }: BenchResult): string[] {
  if (found.length === 0) return ['No lock wait was seen in ten samples a second.'];
  const rows = found.map(({ waiter, blocker, blockingStatement, samples, longestMs }) => [
    waiter,
    blocker,
    `\`${blockingStatement.replaceAll('`', "'")}\``,
    samples,
    ms(longestMs),
  ]);
  return [
    'Lock waits seen in ten samples a second:',
    table(['Who waited', 'for', 'whose statement then was', 'Samples', 'longest, ms'], rows),
  ];
}

function sizeRows({ sizes }: BenchResult): (string | number)[][] {
  const { before, after } = sizes;
  const rows = after.tables.flatMap((now) => {
    const then = before.tables.find(({ name }) => name === now.name);
    const row = (what: string, of: (sizes: typeof now) => number, ...counts: number[]) => [
      `${now.name}, ${what}`,
      then ? mib(of(then)) : '–',
      mib(of(now)),
      then ? (of(now) / of(then)).toFixed(2) : '–',
      ...counts,
    ];
    const vacuums = now.vacuums - (then?.vacuums ?? 0);
    const autovacuums = now.autovacuums - (then?.autovacuums ?? 0);
    return [row('heap', (s) => s.heapBytes, vacuums, autovacuums), row('indexes', (s) => s.indexBytes)];
  });
  const ratio = (after.databaseBytes / before.databaseBytes).toFixed(2);
  return [...rows, ['database', mib(before.databaseBytes), mib(after.databaseBytes), ratio]];
}

function indexRows({ sizes: { before, after } }: BenchResult): string[][] {
  const names = [...new Set([...before.indexes, ...after.indexes].map(({ name }) => name))].sort();
  const size = (indexes: typeof before.indexes, name: string) => {
    const found = indexes.find((index) => index.name === name);
    return found ? `${mib(found.bytes)}${found.isValid ? '' : ' INVALID'}` : '–';
  };
  return names.map((name) => [name, size(before.indexes, name), size(after.indexes, name)]);
}
