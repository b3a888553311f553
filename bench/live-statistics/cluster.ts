import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startServer, type BenchServer } from '../server/server.js';
import {
  copyFolder,
  createCluster,
  createHome,
  openHome,
  removeFolder,
  type ServerFiles,
} from '../server/server-files.js';
import type { Say } from '../report/run-bench.js';
import {
  FILLED_FILE,
  fillAll,
  readFilled,
  refuseOldSchema,
  type DatabaseName,
  type Filled,
} from './databases.js';
import type { History, LiveOptions } from './options.js';
import { step } from './step.js';

/** The plan's 1.1, for a server with 8 GB, and a max_wal_size with which a checkpoint is not forced by the writers. */
export const planSettings = {
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

export interface Cluster {
  urlFor: (database: DatabaseName) => string;
  /** Stops the server cleanly and starts it again: nothing is in its buffers then. */
  restart: () => Promise<void>;
  filled: Filled;
  /** Where the databases' files are. */
  tablesFolder: string;
}

export interface Wanted extends LiveOptions {
  databases: DatabaseName[];
  history: History;
  /** A folder of --reuse is not copied but used itself, by one who only reads; it is filled there when it is missing. */
  usesInPlace: boolean;
}

/** The databases are filled, copied from --reuse or used there; gone after `work` but for the last, unless `keep`. */
export async function withCluster<T>(
  options: Wanted,
  say: Say,
  signal: AbortSignal,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const { databases, dataDir, pgBin, reuse, usesInPlace } = options;
  const shape = { ...options.history, databases };
  const found = reuse === undefined ? null : await readFilled(reuse, shape);
  const ownFolder = usesInPlace ? reuse : undefined;
  const files = await (ownFolder !== undefined && found
    ? openHome(ownFolder, pgBin)
    : createHome(ownFolder ?? dataDir, pgBin));
  let isKept = options.keep || (ownFolder !== undefined && found !== null);
  const server = new Server(files, options.planSettings ? planSettings : {});
  try {
    const filled = found ?? (await fillNew(files, server, (running) => fillAll(running, shape, say, signal)));
    if (ownFolder !== undefined) {
      if (!found) await markFilled(ownFolder, filled);
      isKept = true;
    } else if (reuse !== undefined) {
      await step(say, 'copying the filled databases', () => copy(files, reuse, found, filled));
    }
    await server.start();
    await refuseOldSchema(server.urlFor('ours'));
    return await work({
      urlFor: (database) => server.urlFor(database),
      restart: () => server.restart(),
      filled,
      tablesFolder: join(files.home, 'data', 'base'),
    });
  } finally {
    const stopped = server.stop(isKept ? 'fast' : 'immediate');
    await stopped.catch((error: unknown) => say((error as Error).message));
    if (isKept) say(`left in ${files.home}`);
    else await removeFolder(files.home);
  }
}

async function fillNew(
  files: ServerFiles,
  server: Server,
  fill: (running: BenchServer) => Promise<Filled>,
): Promise<Filled> {
  await createCluster(files);
  const filled = await fill(await server.start());
  await server.stop('fast');
  return filled;
}

/** Out of the folder of --reuse, or into it when it had nothing. */
async function copy(files: ServerFiles, reuse: string, found: Filled | null, filled: Filled): Promise<void> {
  const [from, to] = found ? [reuse, files.home] : [files.home, reuse];
  for (const part of ['data', 'password']) await copyFolder(join(from, part), join(to, part));
  if (!found) await markFilled(reuse, filled);
}

const markFilled = (reuse: string, filled: Filled) =>
  writeFile(join(reuse, FILLED_FILE), JSON.stringify(filled));

/** On another port after each start. */
class Server {
  private running: BenchServer | null = null;

  constructor(
    private readonly files: ServerFiles,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  urlFor(database: DatabaseName): string {
    if (this.running === null) throw new Error('the server does not run');
    return this.running.urlFor(database);
  }

  async start(): Promise<BenchServer> {
    return (this.running = await startServer(this.files, this.settings));
  }

  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    const { running } = this;
    this.running = null;
    await running?.stop(mode);
  }

  async restart(): Promise<void> {
    await this.stop('fast');
    await this.start();
  }
}
