import { runMigrations } from '../../src/data-source.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { buildRollupsOf } from '../live-statistics/readers.js';
import { SEED, USERS } from '../live-statistics/options.js';
import { step } from '../live-statistics/step.js';
import type { Say } from '../report/run-bench.js';
import { createCluster, createHome, removeFolder } from '../server/server-files.js';
import { startServer, type BenchServer } from '../server/server.js';
import { withSession } from '../server/session.js';
import { DAYS, type PartitioningOptions } from './options.js';
import { partition } from './partition.sql.js';

export const forms = ['whole', 'parted'] as const;
export type Form = (typeof forms)[number];
export type UrlFor = (form: Form) => string;

const settings = { shared_buffers: '1GB', max_wal_size: '8GB', random_page_cost: '1.1', autovacuum: 'off' };

/** The same rows in two databases of one server, gone after `work`. */
export async function withForms<T>(
  options: PartitioningOptions,
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

async function fill(urlFor: (name: string) => string, events: number, say: Say, signal: AbortSignal) {
  const administer = (text: string) => withSession(urlFor('postgres'), (query) => query(text));
  const whole = urlFor('whole');
  await administer('CREATE DATABASE whole');
  await step(say, `filling: ${events} events of ${DAYS} days`, async () => {
    await runMigrations(whole);
    const shape = { events, days: DAYS, users: USERS, seed: SEED, until: new Date() };
    const logins = { emailDomain: 'example.com', password: 'bench-password' };
    await seedDemoData(whole, { ...shape, ...logins }, undefined, signal);
    await buildRollupsOf(whole, signal);
  });
  await administer('CREATE DATABASE parted TEMPLATE whole');
  await step(say, 'partitioning by month', () =>
    withSession(urlFor('parted'), async (query) => void (await query(partition))),
  );
  for (const form of forms)
    await step(say, `REINDEX, VACUUM (ANALYZE) of ${form}`, () =>
      withSession(urlFor(form), async (query) => {
        await query(`REINDEX DATABASE ${form}`);
        await query('VACUUM (ANALYZE)');
        await query('CHECKPOINT');
      }),
    );
}
