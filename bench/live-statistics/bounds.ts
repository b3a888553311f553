import { atLeast, atMost, none, type Bound } from '../report/bounds.js';
import { ONE_READ } from './http-load.js';
import type { Throughput } from './load.js';
import type { LiveResult } from './result.js';
import type { Comparison } from './side-by-side.js';
import { speedUpOf } from './slow-time.js';
import type { Kind } from './statements.js';

/** p50 in the database, warm, for the heaviest tenant, in ms. */
const MAX_P50_MS: Partial<Record<Kind, number>> = {
  dashboard: 1,
  series: 2,
  'long series': 5,
  list: 1,
  hash: 2,
  search: 20,
};
const MAX_P99_RATIO = 4;
const MIN_SPEED_UP = 20_000;
const MAX_P99_WITH_WRITER_MS = 10;
const MAX_P99_WITH_FAULT_MS = 20;
/** Of what the writer is to insert: a dashboard beside a writer that stalls proves nothing. */
const MIN_SHARE_OF_RATE = 0.95;
const MIN_SHARE_OF_ONE_READ = 0.6;
const MIN_REQUESTS_PER_SECOND = 500;
const MIN_RATIO_OF_SINGLE_ROWS = 0.8;
const MIN_RATIO_OF_BATCHES = 0.5;
const MAX_SIZE_RATIO = 1.25;

/** What issue 4 promises of the heaviest tenant, its writers and its disk; every one of them decides about the exit code. */
export const judge = (result: LiveResult): Bound[] => [
  none(
    `statements with other rows than the original's`,
    result.comparisons.filter(({ sameRows }) => sameRows === false).length,
    `of ${result.comparisons.filter(({ sameRows }) => sameRows !== undefined).length}`,
  ),
  ...fast(result.comparisons.filter(({ tenant }) => tenant === 'heavy')),
  ...result.underFire.flatMap(({ name, dashboard, insertedPerSecond }, i) => [
    atMost(
      `dashboard p99, ms, with the writer and ${name}`,
      i === 0 ? MAX_P99_WITH_WRITER_MS : MAX_P99_WITH_FAULT_MS,
      dashboard.p99,
    ),
    atLeast(
      `inserted rows/s with ${name}, share of the ${result.conditions.rate} wanted`,
      MIN_SHARE_OF_RATE,
      insertedPerSecond / result.conditions.rate,
    ),
  ]),
  atMost('seconds until the fold has caught up', 1800, result.catchUp.seconds ?? NaN),
  ...overHttp(result.quiet.http),
  ...cheapToWrite(result),
];

function fast(comparisons: readonly Comparison[]): Bound[] {
  const bounds = comparisons.flatMap(({ statement, kind, ours: { database } }) => {
    const limit = MAX_P50_MS[kind];
    if (limit === undefined) return [];
    return [
      atMost(`${statement}, p50, ms`, limit, database.p50),
      atMost(`${statement}, p99 as times of p50`, MAX_P99_RATIO, database.p99 / database.p50),
    ];
  });
  const dashboard = comparisons.find(({ kind }) => kind === 'dashboard');
  const speedUp = speedUpOf(dashboard?.original, dashboard?.ours.database.p50 ?? NaN);
  return [...bounds, atLeast('dashboard, times faster than the original', MIN_SPEED_UP, speedUp)];
}

/** With several clients: with one it is the latency that decides. */
function overHttp(throughputs: readonly Throughput[]): Bound[] {
  const several = throughputs.filter(({ clients }) => clients > 1);
  return several
    .filter(({ name }) => name === 'dashboard, heavy')
    .flatMap(({ clients, perSecond }) => {
      const oneRead = several.find((other) => other.name === ONE_READ && other.clients === clients);
      return [
        atLeast(
          `dashboard over HTTP, ${clients} clients, share of ${ONE_READ}`,
          MIN_SHARE_OF_ONE_READ,
          perSecond / (oneRead?.perSecond ?? NaN),
        ),
        atLeast(`dashboard over HTTP, ${clients} clients, requests/s`, MIN_REQUESTS_PER_SECOND, perSecond),
      ];
    });
}

/** As a server runs, with synchronous_commit on. */
function cheapToWrite({ writeCosts, sizes }: LiveResult): Bound[] {
  const judged = writeCosts.filter(
    ({ isUpdate, synchronousCommit }) => !isUpdate && synchronousCommit === 'on',
  );
  return [
    ...judged.map(({ shape, rows, ratio }) =>
      atLeast(
        `${shape}, times the original's rate`,
        rows === 1 ? MIN_RATIO_OF_SINGLE_ROWS : MIN_RATIO_OF_BATCHES,
        ratio,
      ),
    ),
    atMost(
      "size of the database, times the original's",
      MAX_SIZE_RATIO,
      sizes.ours.databaseBytes / sizes.original.databaseBytes,
    ),
  ];
}
