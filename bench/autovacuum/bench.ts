import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { withThrowawayServer } from '../../scripts/throwaway-server.js';
import { runMigrations } from '../../src/data-source.js';
import { withScriptSession } from '../../src/kernel/database/script-session.js';
import { TuneAutovacuumJob } from '../../src/modules/maintenance/index.js';
import { atLeast, atMost, type Bound } from '../report/bounds.js';
import { median } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import { withSession, type Query } from '../server/session.js';
import { createTable, fill, readState, type StateRow } from './churn.sql.js';
import type { AutovacuumOptions } from './options.js';
import { writeSteadily } from './steady-writes.js';

export const TABLES = ['with_defaults', 'with_ours'] as const;
type Table = (typeof TABLES)[number];

export interface Sample extends StateRow {
  atSeconds: number;
}

export interface TableFigures {
  samples: Sample[];
  deadPercent: { median: number; max: number };
  notVisiblePercent: { median: number; max: number };
  autovacuums: number;
  heapGrowth: number;
  writeMs: { median: number; max: number };
}

export interface AutovacuumResult {
  ranAt: string;
  cpus: number;
  postgres: string;
  options: AutovacuumOptions;
  statement: string;
  insertedPerSecond: number;
  tables: Record<Table, TableFigures>;
}

/** 5 % are the trigger; the rest is what comes while the launcher sleeps and the vacuum runs. */
const MAX_DEAD_PERCENT = 9;
const MAX_NOT_VISIBLE_PERCENT = 12;

export function judge({ tables: { with_defaults: defaults, with_ours: ours } }: AutovacuumResult): Bound[] {
  return [
    atMost('dead rows at most, % of all: ours', MAX_DEAD_PERCENT, ours.deadPercent.max),
    atMost('pages not all-visible at most, %: ours', MAX_NOT_VISIBLE_PERCENT, ours.notVisiblePercent.max),
    atLeast('defaults leave that bound of dead rows, %', MAX_DEAD_PERCENT, defaults.deadPercent.max),
    atLeast('defaults leave that of pages, %', MAX_NOT_VISIBLE_PERCENT, defaults.notVisiblePercent.max),
  ];
}

export const measureAutovacuum = (options: AutovacuumOptions, say: Say, signal: AbortSignal) =>
  withThrowawayServer(async (databaseUrl) => {
    await runMigrations(databaseUrl, () => undefined);
    return withSession(databaseUrl, async (query) => {
      await prepare(query, options, say);
      const statement = await tune(databaseUrl, signal);
      say(statement);
      return measure(databaseUrl, query, { options, statement }, say, signal);
    });
  });

async function prepare(query: Query, { rows }: AutovacuumOptions, say: Say): Promise<void> {
  await query(`ALTER SYSTEM SET autovacuum_naptime = '1s'`);
  await query('SELECT pg_reload_conf()');
  await query('CREATE EXTENSION pg_visibility');
  for (const table of TABLES) {
    say(`${table}: ${rows} rows`);
    await query(createTable(table));
    const [insert = '', vacuum = ''] = fill(table);
    await query(insert, [rows]);
    await query(vacuum);
  }
}

/** By the job itself. Returns the statement that it has run. */
const tune = (databaseUrl: string, signal: AbortSignal): Promise<string> =>
  withScriptSession(databaseUrl, 'bench', async (session) => {
    const job = new TuneAutovacuumJob();
    const { steps } = await job.run(
      {
        signal,
        query: (statement) => session.query(statement),
        transaction: (options, run) => session.transaction(options, run),
        finish: (run) => session.transaction({}, run),
        command: async (statement) => void (await session.query(statement)),
        progress: () => undefined,
      },
      { table: 'public.with_ours' },
    );
    return steps.map(({ sql }) => sql).join('; ');
  });

async function measure(
  databaseUrl: string,
  query: Query,
  { options, statement }: Pick<AutovacuumResult, 'options' | 'statement'>,
  say: Say,
  signal: AbortSignal,
): Promise<AutovacuumResult> {
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1000;
  const isOver = () => signal.aborted || elapsed() >= options.seconds;
  say(`${options.seconds} s of writes`);
  const samples: Record<Table, Sample[]> = { with_defaults: [], with_ours: [] };
  const written = Promise.all(TABLES.map((table) => writeSteadily(databaseUrl, table, options, isOver)));
  while (!isOver()) {
    for (const table of TABLES) {
      const [state] = await query<StateRow & Record<string, unknown>>(readState, [table]);
      if (state) samples[table].push({ ...state, atSeconds: Math.round(elapsed()) });
    }
    await sleep(1000);
  }
  const [defaults, ours] = await written;
  signal.throwIfAborted();
  const [server] = await query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  return {
    ...{ ranAt: new Date().toISOString(), cpus: availableParallelism(), postgres: server?.version ?? '' },
    ...{ options, statement },
    insertedPerSecond: Math.min(defaults?.rows ?? 0, ours?.rows ?? 0) / options.seconds,
    tables: {
      with_defaults: figures(samples.with_defaults, defaults?.writesMs ?? []),
      with_ours: figures(samples.with_ours, ours?.writesMs ?? []),
    },
  };
}

function figures(samples: Sample[], writesMs: readonly number[]): TableFigures {
  const spread = (values: readonly number[]) => ({ median: median(values), max: Math.max(...values) });
  const [first, last] = [samples[0], samples.at(-1)];
  return {
    samples,
    deadPercent: spread(samples.map(({ deadShare }) => 100 * deadShare)),
    notVisiblePercent: spread(samples.map(({ allVisibleShare }) => 100 * (1 - allVisibleShare))),
    autovacuums: (last?.autovacuums ?? 0) - (first?.autovacuums ?? 0),
    heapGrowth: (last?.heapBytes ?? NaN) / (first?.heapBytes ?? NaN),
    writeMs: spread(writesMs),
  };
}
