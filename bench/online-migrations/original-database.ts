import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withProgressBar } from '../../src/demo/progress-bar.js';
import { seedDemoData } from '../../src/demo/seed.js';
import {
  createEthhookSchema,
  fillSubscriptionLimits,
} from '../../src/migrations/baseline/ethhook-schema.sql.js';
import type { BenchOptions } from './options.js';
import { startServer, type BenchServer } from './server.js';
import { copyFolder, createCluster, type ServerFiles } from './server-files.js';
import { withSession } from './session.js';

export const DATABASE = 'ethhook';
const USERS = 50;
const DAYS = 60;
const SEED = 42;

/** What distinguishes a production database from one that our baseline creates. */
const productionOnly = `
CREATE TABLE _sqlx_migrations (
  version        bigint PRIMARY KEY,
  description    text NOT NULL,
  installed_on   timestamptz NOT NULL DEFAULT now(),
  success        boolean NOT NULL,
  checksum       bytea NOT NULL,
  execution_time bigint NOT NULL
);
INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
VALUES (1, 'initial schema', true, sha384('1'), 12000000),
       (2, 'align schema with admin api', true, sha384('2'), 12000000),
       (3, 'add admin role', true, sha384('3'), 12000000);
CREATE INDEX idx_events_ingested_block ON events (ingested_at, block_number);
CREATE INDEX idx_delivery_attempts_success_duration ON delivery_attempts (success, duration_ms);`;

/** Starts a server with EthHook's original schema and demo data, filled now or copied from --reuse. */
export async function startFilled(
  files: ServerFiles,
  { events, reuse }: BenchOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<BenchServer> {
  if (reuse !== undefined && (await filledEvents(reuse)) !== null) {
    await checkFilled(reuse, events);
    say('copying the filled database');
    for (const name of ['data', 'password']) await copyFolder(join(reuse, name), join(files.home, name));
    return startServer(files);
  }
  await createCluster(files);
  const server = await startServer(files);
  try {
    await fill(server, events, signal);
    if (reuse === undefined) return server;
  } catch (error) {
    await server.stop('immediate');
    throw error;
  }
  await server.stop('fast');
  say('leaving a copy of the filled database');
  for (const name of ['data', 'password']) await copyFolder(join(files.home, name), join(reuse, name));
  // Last: without this file the copy is not complete.
  await writeFile(join(reuse, 'filled.json'), JSON.stringify({ events }));
  return startServer(files);
}

async function fill(server: BenchServer, events: number, signal: AbortSignal): Promise<void> {
  await withSession(server.urlFor('postgres'), (query) => query(`CREATE DATABASE ${DATABASE}`));
  const url = server.urlFor(DATABASE);
  await withSession(url, (query) =>
    query(`${createEthhookSchema}${fillSubscriptionLimits};${productionOnly}`),
  );
  const shape = { events, users: USERS, days: DAYS, seed: SEED, until: new Date() };
  await withProgressBar(events, (onProgress) =>
    seedDemoData(
      url,
      { ...shape, emailDomain: 'example.com', password: 'bench-password' },
      onProgress,
      signal,
    ),
  );
}

async function filledEvents(folder: string): Promise<number | null> {
  const text = await readFile(join(folder, 'filled.json'), 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as { events: number }).events;
}

async function checkFilled(folder: string, events: number): Promise<void> {
  const found = await filledEvents(folder);
  if (found !== events) throw new Error(`--reuse: that folder holds ${found} events, not ${events}`);
}
