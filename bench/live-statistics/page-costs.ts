import { grouped } from '../../src/demo/progress-bar.js';
import { mib, seconds, table } from '../report/markdown.js';
import { exact } from './figures.js';
import { PER_SECOND } from './paced.js';
import type { LiveResult } from './result.js';
import { isFold } from './statement-costs.js';

const LISTED_COSTS = 12;

/** What it costs to be fast: reads beside writers, the fold, writes, disk. */
export const costSections = (result: LiveResult): string[] => [
  `## Beside the writer`,
  `The heavy tenant's dashboard, ${PER_SECOND} times a second whatever became of the ones before (as a hundred open dashboards ask), for the last seconds of each condition, while the server folds. Latency counts from when a read was due:`,
  underFireTable(result),
  catchUpLine(result),
  `## The fold`,
  ...foldCost(result),
  `## Writes`,
  `Rows a second into delivery_attempts by writers that know EthHook's columns alone, in turns of original and ours: medians of the rounds, and the median of the ratios of neighbouring rounds. The fold does not run. With synchronous_commit off the disk waits for nobody.`,
  writeTable(result),
  `## Sizes`,
  `Before the first write, tables of a megabyte and more with their indexes:`,
  sizeTable(result),
];

const underFireTable = ({ underFire }: LiveResult) =>
  table(
    [
      'Beside the writer',
      'p50, ms',
      'p95, ms',
      'p99, ms',
      'slowest, ms',
      'reads',
      'inserted rows/s',
      'oldest unfolded row in the end, s',
    ],
    underFire.map(({ name, dashboard, insertedPerSecond, lagSeconds }) => [
      name,
      exact(dashboard.p50),
      exact(dashboard.p95),
      exact(dashboard.p99),
      exact(dashboard.max),
      dashboard.count,
      insertedPerSecond.toFixed(0),
      lagSeconds.toFixed(2),
    ]),
  );

const catchUpLine = ({ catchUp: { rows, downSeconds, seconds: took } }: LiveResult) =>
  `After ${seconds(downSeconds)} without a fold, ${grouped(rows)} rows were behind, and folded ` +
  (took === null ? 'not within half an hour.' : `after ${seconds(took)}, while the writer went on.`);

function foldCost({ fold: { costs, insertedRows, seconds: took } }: LiveResult): string[] {
  const folds = costs.filter(isFold);
  const sum = (of: (cost: (typeof costs)[number]) => number) =>
    folds.reduce((total, cost) => total + of(cost), 0);
  const perThousand = (value: number) => (value * 1000) / insertedRows;
  return [
    `${seconds(took)} with the writer alone: ${exact(perThousand(sum(({ totalMs }) => totalMs)))} ms and ` +
      `${mib(perThousand(sum(({ walBytes }) => walBytes)))} of WAL for 1000 inserted rows, ` +
      `${((sum(({ totalMs }) => totalMs) / (took * 1000)) * 100).toFixed(1)} % of a CPU. ` +
      `All labelled statements in that time, by pg_stat_statements:`,
    table(
      ['Statement', 'calls', 'mean of a call, ms', 'all calls, ms', 'rows', 'WAL written'],
      costs
        .slice(0, LISTED_COSTS)
        .map(({ label, calls, meanMs, totalMs, rows, walBytes }) => [
          label,
          grouped(calls),
          exact(meanMs),
          grouped(totalMs),
          grouped(rows),
          mib(walBytes),
        ]),
    ),
  ];
}

const writeTable = ({ writeCosts }: LiveResult) =>
  table(
    ['Writers', 'synchronous_commit', 'original, rows/s', 'ours, rows/s', 'ours / original'],
    writeCosts.map(({ shape, synchronousCommit, original, ours, ratio }) => [
      shape,
      synchronousCommit,
      grouped(original),
      grouped(ours),
      ratio.toFixed(2),
    ]),
  );

function sizeTable({ sizes: { original, ours } }: LiveResult): string {
  const names = [...new Set([...original.tables, ...ours.tables].map(({ name }) => name))];
  const size = ({ tables }: typeof ours, name: string) => tables.find((one) => one.name === name)?.totalBytes;
  const row = (name: string, originalBytes: number | undefined, oursBytes: number | undefined) => [
    name,
    originalBytes === undefined ? '–' : mib(originalBytes),
    oursBytes === undefined ? '–' : mib(oursBytes),
    originalBytes === undefined || oursBytes === undefined ? '–' : (oursBytes / originalBytes).toFixed(2),
  ];
  return table(
    ['Table', 'original', 'ours', 'ours / original'],
    [
      ...names.map((name) => row(name, size(original, name), size(ours, name))),
      row('the whole database', original.databaseBytes, ours.databaseBytes),
    ],
  );
}
