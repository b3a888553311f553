import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withProgressBar } from '../../src/demo/progress-bar.js';
import { seedDemoData } from '../../src/demo/seed.js';
import type { BenchOptions } from './options.js';
import { createOriginalSchema } from '../server/original-schema.js';
import { startServer, type BenchServer } from '../server/server.js';
import { copyFolder, createCluster, type ServerFiles } from '../server/server-files.js';
import { withSession } from './session.js';

export const DATABASE = 'ethhook';
const USERS = 50;
const DAYS = 60;
const SEED = 42;

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
  await createOriginalSchema(url);
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
