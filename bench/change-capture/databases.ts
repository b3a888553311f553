import { runMigrations } from '../../src/data-source.js';
import { withProgressBar } from '../../src/demo/progress-bar.js';
import { seedDemoData } from '../../src/demo/seed.js';
import type { Say } from '../report/run-bench.js';
import { createCluster, createHome, removeFolder } from '../server/server-files.js';
import { startServer, type BenchServer } from '../server/server.js';
import { withSession } from '../server/session.js';
import { createRollups, pinPlans, removeCapture } from './capture.sql.js';
import { forms } from './forms.js';
import { DAYS, SEED, USERS, type CaptureOptions } from './options.js';

/** `none` captures nothing: what the forms cost writers is held against it. */
export const databaseNames = ['none', ...forms.map(({ name }) => name)] as const;
export type DatabaseName = (typeof databaseNames)[number];

export type UrlFor = (database: DatabaseName) => string;

const settings = { shared_buffers: '1GB', max_wal_size: '8GB', random_page_cost: '1.1' };

/** A server of its own with the same rows in one database for each form, gone after `work`. */
export async function withDatabases<T>(
  options: CaptureOptions,
  say: Say,
  signal: AbortSignal,
  work: (urlFor: UrlFor) => Promise<T>,
): Promise<T> {
  const files = await createHome(undefined, options.pgBin);
  let server: BenchServer | null = null;
  try {
    await createCluster(files);
    server = await startServer(files, settings);
    const urlFor = (name: string) => (server as BenchServer).urlFor(name);
    await fill(urlFor, options.events, say, signal);
    return await work(urlFor);
  } finally {
    await server?.stop('immediate').catch((error: unknown) => say((error as Error).message));
    await removeFolder(files.home);
  }
}

const BASE = 'base';

async function fill(urlFor: (name: string) => string, events: number, say: Say, signal: AbortSignal) {
  say(`filling: ${events} events of ${DAYS} days`);
  await withSession(urlFor('postgres'), (query) => query(`CREATE DATABASE ${BASE}`));
  const base = urlFor(BASE);
  await runMigrations(base);
  const shape = { events, days: DAYS, users: USERS, seed: SEED, until: new Date() };
  await withProgressBar(events, (onProgress) =>
    seedDemoData(
      base,
      { ...shape, emailDomain: 'example.com', password: 'bench-password' },
      onProgress,
      signal,
    ),
  );
  await withSession(base, async (query) => {
    await query(createRollups);
    await query('VACUUM (ANALYZE)');
  });
  for (const name of databaseNames) {
    await withSession(urlFor('postgres'), (query) => query(`CREATE DATABASE ${name} TEMPLATE ${BASE}`));
    const install = name === 'none' ? removeCapture : forms.find((form) => form.name === name)?.install;
    await withSession(urlFor(name), (query) => query(`${install};${pinPlans(name)}`));
  }
}
