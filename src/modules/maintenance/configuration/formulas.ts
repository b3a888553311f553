import type { Facts } from './facts.js';
import type { Formula } from './formula.js';
import { memoryFormulas } from './memory-formulas.js';

const GB = 2 ** 30;
/** Of 18's own bound and the per-table settings alike. */
const MOST_DEAD_ROWS = 500_000;

const fixed = (name: string, value: string, reason: string, only?: readonly string[]): Formula => ({
  name,
  propose: () => ({ value, reason }),
  ...(only === undefined ? {} : { only }),
});

const ofCpus = (
  name: string,
  value: (cpus: number) => number,
  reason: (cpus: number) => string,
): Formula => ({
  name,
  propose: ({ cpus, sources }) =>
    cpus === null
      ? {
          value: null,
          reason: `the CPUs of the database's machine are not to be seen (${sources.cpus}): set MAINTENANCE_DATABASE_CPUS`,
        }
      : { value: String(value(cpus)), reason: `${reason(cpus)}; ${cpus} CPUs: ${sources.cpus}` },
});

const perGather = (cpus: number) => Math.min(Math.ceil(cpus / 2), 4);

const ofStorage = (
  name: string,
  values: Readonly<Record<Facts['storage'], string>>,
  reason: Readonly<Record<Facts['storage'], string>>,
): Formula => ({
  name,
  propose: ({ storage, sources }) => ({
    value: values[storage],
    reason: `${reason[storage]}; ${storage}: ${sources.storage}`,
  }),
});

const ioConcurrency = ofStorage(
  'effective_io_concurrency',
  { ssd: '200', hdd: '2' },
  { ssd: 'flash answers many reads at once', hdd: 'a disk has one arm' },
);

const planner: readonly Formula[] = [
  ofStorage(
    'random_page_cost',
    { ssd: '1.1', hdd: '4' },
    {
      ssd: 'a random page of flash costs hardly more than the next one',
      hdd: "PostgreSQL's own, for a disk that seeks",
    },
  ),
  {
    ...ioConcurrency,
    propose: (facts) =>
      facts.isLinux
        ? ioConcurrency.propose(facts)
        : { value: null, reason: 'this platform has no posix_fadvise, without which it must be as it is' },
  },
  ofCpus('max_parallel_workers_per_gather', perGather, () => 'half of the CPUs for one query, at most 4'),
  ofCpus(
    'max_parallel_workers',
    (cpus) => cpus,
    () => 'one for each CPU',
  ),
  ofCpus('max_parallel_maintenance_workers', perGather, () => 'half of the CPUs for one index, at most 4'),
  ofCpus(
    'max_worker_processes',
    (cpus) => Math.max(8, cpus),
    () => 'room for the parallel workers',
  ),
  fixed('jit', 'off', 'compiling costs some 10 ms on nearly every short query'),
];

const writeAhead: readonly Formula[] = [
  fixed('min_wal_size', '1GB', 'segments kept for use again instead of being made anew'),
  {
    name: 'max_wal_size',
    propose: ({ diskBytes }) => {
      // A checkpoint that comes by size writes every page again in full; a full disk stops the server.
      const most = diskBytes === null ? 4 : Math.floor(diskBytes / 10 / GB);
      const value = `${Math.min(4, Math.max(1, most))}GB`;
      return {
        value,
        reason: 'checkpoints by time and not by size, within a tenth of the disk where it can be seen',
      };
    },
    bounds: ({ diskBytes }) => (diskBytes === null ? {} : { most: diskBytes / 4 }),
  },
  fixed('checkpoint_completion_target', '0.9', 'writes of a checkpoint are spread over the time to the next'),
  {
    name: 'wal_compression',
    propose: ({ major }) =>
      major >= 15
        ? { value: 'lz4', reason: 'full pages at a third of their size for little CPU; lz4 is there from 15' }
        : { value: 'on', reason: 'full pages at a third of their size; 14 has pglz only' },
  },
];

const autovacuum: readonly Formula[] = [
  fixed('autovacuum', 'on', 'without it tables bloat, and in the end the server refuses writes', ['on']),
  ofCpus(
    'autovacuum_max_workers',
    (cpus) => (cpus >= 16 ? 5 : 3),
    () => '3 are enough for two large tables; the cost limit is shared by all of them',
  ),
  ofStorage(
    'autovacuum_vacuum_cost_limit',
    { ssd: '400', hdd: '-1' },
    {
      ssd: '80 MB/s of dirtied pages at most for all workers together, twice what is set for disks',
      hdd: "PostgreSQL's own, for disks",
    },
  ),
  fixed(
    'autovacuum_vacuum_max_threshold',
    String(MOST_DEAD_ROWS),
    'dead rows that no table exceeds however large it is; there from 18',
  ),
];

const observation: readonly Formula[] = [
  fixed('track_io_timing', 'on', 'tells waiting for the disk from computing; some 30 ns a read'),
  fixed('pg_stat_statements.max', '10000', "the plan's: statements that are told apart"),
  fixed('pg_stat_statements.track', 'all', "the plan's: statements inside functions too"),
  {
    name: 'io_workers',
    propose: ({ cpus }) =>
      cpus === null || cpus < 16
        ? { value: '3', reason: "PostgreSQL's own; there from 18" }
        : {
            value: String(Math.min(32, Math.floor(cpus / 4))),
            reason: 'a quarter of the CPUs; there from 18',
          },
  },
];

export const STATEMENT_STATISTICS = 'pg_stat_statements';
/** Its value is what is there, with what is missing added: see advise. */
export const PRELOAD = 'shared_preload_libraries';

/** In the order in which they are shown. */
export const FORMULAS: readonly Formula[] = [
  ...memoryFormulas,
  ...planner,
  ...writeAhead,
  ...autovacuum,
  ...observation,
];
