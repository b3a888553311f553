import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pendingMigrations, runMigrations } from '../../src/data-source.js';
import { withProgressBar } from '../../src/demo/progress-bar.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { createOriginalSchema } from '../server/original-schema.js';
import type { BenchServer } from '../server/server.js';
import { withSession } from '../server/session.js';
import type { Say } from '../report/run-bench.js';
import { SEED, USERS } from './options.js';
import { buildRollupsOf } from './readers.js';
import { step } from './step.js';

export type DatabaseName = 'original' | 'ours';

export const PASSWORD = 'bench-password';

/** In a folder of --reuse; without this file what is there is not complete. */
export const FILLED_FILE = 'filled.json';

/** What was loaded, and when: the newest event is of that moment. */
export interface Filled {
  events: number;
  days: number;
  databases: DatabaseName[];
  until: string;
}

export type FilledShape = Omit<Filled, 'until'>;

/** null where nothing was filled yet; throws where something else was, or is being filled. */
export async function readFilled(folder: string, wanted: FilledShape): Promise<Filled | null> {
  const text = await readFile(join(folder, FILLED_FILE), 'utf8').catch(() => null);
  if (text === null) {
    const entries = await readdir(folder).catch((): string[] => []);
    if (entries.length > 0) throw new Error(`--reuse: ${folder} is not empty, and lacks ${FILLED_FILE}`);
    return null;
  }
  const found = JSON.parse(text) as Filled;
  const hasAll = wanted.databases.every((name) => found.databases.includes(name));
  if (found.events === wanted.events && found.days === wanted.days && hasAll) return found;
  const { events, days, databases } = found;
  throw new Error(`--reuse: ${folder} holds ${events} events of ${days} days in ${databases.join(', ')}`);
}

/** A --reuse folder outlives our schema; the server would say so an hour later. */
export async function refuseOldSchema(databaseUrl: string): Promise<void> {
  const { pending } = await withSession(databaseUrl, pendingMigrations);
  if (pending.length > 0)
    throw new Error(`--reuse: that folder lacks the migrations ${pending.join(', ')}; give another one`);
}

/** The same rows in each of them. */
export async function fillAll(
  server: BenchServer,
  shape: FilledShape,
  say: Say,
  signal: AbortSignal,
): Promise<Filled> {
  const until = new Date();
  for (const name of shape.databases) await fill(server, name, { ...shape, until }, say, signal);
  return { ...shape, until: until.toISOString() };
}

async function fill(
  server: BenchServer,
  name: DatabaseName,
  { events, days, until }: FilledShape & { until: Date },
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  await withSession(server.urlFor('postgres'), (query) => query(`CREATE DATABASE ${name}`));
  const url = server.urlFor(name);
  await step(say, `filling ${name}: ${events} events of ${days} days`, async () => {
    if (name === 'original') await createOriginal(url);
    else await runMigrations(url);
    const shape = { events, days, until, users: USERS, seed: SEED };
    const logins = { emailDomain: 'example.com', password: PASSWORD };
    await withProgressBar(events, (onProgress) =>
      seedDemoData(url, { ...shape, ...logins }, onProgress, signal),
    );
  });
  if (name === 'ours') await step(say, 'building the rollups', () => buildRollupsOf(url, signal));
  await step(say, `REINDEX, VACUUM (ANALYZE), CHECKPOINT of ${name}`, () => settle(url, name));
}

/** What the old SQL asks for today: it leaves out what is hidden and what was removed, which here nothing is. */
const ofOurs = `
  ALTER TABLE endpoints ADD COLUMN deleted_at timestamptz;
  ALTER TABLE applications ADD COLUMN deleted_at timestamptz;
  CREATE TABLE ethhook_admin_retention (attempts_before timestamptz NOT NULL);
  INSERT INTO ethhook_admin_retention VALUES ('-infinity')`;

async function createOriginal(url: string): Promise<void> {
  await createOriginalSchema(url);
  await withSession(url, (query) => query(ofOurs));
}

/** As after years and not as after a bulk load: full index pages, hint bits, statistics, nothing left to flush. */
const settle = (url: string, name: DatabaseName) =>
  withSession(url, async (query) => {
    // A bulk load leaves pages of random keys two thirds full, and those of rising ones full: neither schema's own doing.
    await query(`REINDEX DATABASE ${name}`);
    await query('VACUUM (ANALYZE)');
    await query('CHECKPOINT');
  });
