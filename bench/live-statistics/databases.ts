import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pendingMigrations, runMigrations } from '../../src/data-source.js';
import { withProgressBar } from '../../src/demo/progress-bar.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { createOriginalSchema } from '../server/original-schema.js';
import { startServer, type BenchServer } from '../server/server.js';
import {
  copyFolder,
  createCluster,
  createHome,
  removeFolder,
  type ServerFiles,
} from '../server/server-files.js';
import { withSession } from '../server/session.js';
import type { Say } from '../report/run-bench.js';
import { historyAt, SEED, USERS, type LiveOptions } from './options.js';
import { buildRollupsOf } from './readers.js';

export type DatabaseName = 'original' | 'ours';

export const PASSWORD = 'bench-password';

/** The plan's 1.1, for a server with 8 GB, and a max_wal_size with which a checkpoint is not forced by the writers. */
const planSettings = {
  shared_buffers: '2GB',
  work_mem: '32MB',
  maintenance_work_mem: '512MB',
  effective_cache_size: '6GB',
  random_page_cost: '1.1',
  effective_io_concurrency: '200',
  max_parallel_workers_per_gather: '2',
  max_parallel_workers: '4',
  max_wal_size: '8GB',
};

/** What was loaded, and when: the newest event is of that moment. */
export interface Filled {
  events: number;
  days: number;
  databases: DatabaseName[];
  until: string;
}

export interface Cluster {
  urlFor: (database: DatabaseName) => string;
  /** Stops the server cleanly and starts it again: nothing is in its buffers then. */
  restart: () => Promise<void>;
  filled: Filled;
}

interface Wanted extends LiveOptions {
  databases: DatabaseName[];
}

/** The databases are filled, or copied from --reuse, and gone after `work`, unless `keep`. */
export async function withCluster<T>(
  options: Wanted,
  say: Say,
  signal: AbortSignal,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const files = await createHome(options.dataDir, options.pgBin);
  let server: BenchServer | null = null;
  const start = async () => (server = await startServer(files, options.planSettings ? planSettings : {}));
  const stop = async (mode: 'fast' | 'immediate' = 'fast') => {
    const running = server;
    server = null;
    await running?.stop(mode);
  };
  try {
    const filled = await fillOrCopy(files, options, { start, stop }, say, signal);
    await start();
    const cluster: Cluster = {
      urlFor: (database) => (server as BenchServer).urlFor(database),
      restart: async () => {
        await stop();
        await start();
      },
      filled,
    };
    await refuseOldSchema(cluster.urlFor('ours'));
    return await work(cluster);
  } finally {
    await stop(options.keep ? 'fast' : 'immediate').catch((error: unknown) => say((error as Error).message));
    if (options.keep) say(`left in ${files.home}`);
    else await removeFolder(files.home);
  }
}

interface ServerSwitch {
  start: () => Promise<BenchServer>;
  stop: () => Promise<void>;
}

/** The server is stopped afterwards. */
async function fillOrCopy(
  files: ServerFiles,
  options: Wanted,
  server: ServerSwitch,
  say: Say,
  signal: AbortSignal,
): Promise<Filled> {
  const { reuse, databases } = options;
  const history = historyAt(options.events, options.scale);
  const parts = ['data', 'password'];
  if (reuse !== undefined) {
    const found = await readFilled(reuse);
    if (found !== null) {
      if (found.events !== history.events || found.days !== history.days)
        throw new Error(`--reuse: that folder holds ${found.events} events of ${found.days} days`);
      say('copying the filled databases');
      for (const part of parts) await copyFolder(join(reuse, part), join(files.home, part));
      return found;
    }
  }
  await createCluster(files);
  const running = await server.start();
  const until = new Date();
  for (const name of databases) await fill(running, name, { ...history, until }, say, signal);
  await server.stop();
  const filled: Filled = { ...history, databases, until: until.toISOString() };
  if (reuse === undefined) return filled;
  say('leaving a copy of the filled databases');
  for (const part of parts) await copyFolder(join(files.home, part), join(reuse, part));
  // Last: without this file the copy is not complete.
  await writeFile(join(reuse, 'filled.json'), JSON.stringify(filled));
  return filled;
}

/** A --reuse folder outlives our schema; the server would say so an hour later. */
async function refuseOldSchema(databaseUrl: string): Promise<void> {
  const { pending } = await withSession(databaseUrl, pendingMigrations);
  if (pending.length > 0)
    throw new Error(`--reuse: that folder lacks the migrations ${pending.join(', ')}; give another one`);
}

async function readFilled(folder: string): Promise<Filled | null> {
  const text = await readFile(join(folder, 'filled.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as Filled);
}

async function fill(
  server: BenchServer,
  name: DatabaseName,
  history: { events: number; days: number; until: Date },
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  say(`filling ${name}: ${history.events} events of ${history.days} days`);
  await withSession(server.urlFor('postgres'), (query) => query(`CREATE DATABASE ${name}`));
  const url = server.urlFor(name);
  if (name === 'original') await createOriginalSchema(url);
  else await runMigrations(url);
  const shape = { ...history, users: USERS, seed: SEED, emailDomain: 'example.com', password: PASSWORD };
  await withProgressBar(history.events, (onProgress) => seedDemoData(url, shape, onProgress, signal));
  if (name === 'ours') {
    say('building the rollups');
    await buildRollupsOf(url, signal);
  }
  say(`VACUUM (ANALYZE) of ${name}, CHECKPOINT`);
  await withSession(url, async (query) => {
    // As after years and not as after a bulk load: hint bits set, statistics there, nothing left to flush.
    await query('VACUUM (ANALYZE)');
    await query('CHECKPOINT');
  });
}
