import pg from 'pg';
import { withQuery } from '../../scripts/throwaway-server.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { createOriginalSchema } from './ethhook-original-schema.js';

const HOUR_MS = 3_600_000;

/** Makes of an empty database what EthHook's production looks like before the first migration, with demo data. */
export async function createOriginalWorld(url: string, events: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await createOriginalSchema((text, values) => client.query(text, values && [...values]));
  } finally {
    await client.end();
  }
  await seedDemoData(url, {
    events,
    users: 12,
    days: 4,
    seed: 3,
    // What is written later is told by its time.
    until: new Date(Date.now() - HOUR_MS),
    emailDomain: 'original.example.com',
    password: 'unused password',
  });
}

/** A copy of a database that nobody is connected to; the URL of the copy. */
export async function copyDatabase(url: string, name: string): Promise<string> {
  const copy = new URL(`/${name}`, url).href;
  await administer(url, `CREATE DATABASE ${name} TEMPLATE ${nameOf(url)}`);
  return copy;
}

/** Ends every session in it. */
export const dropDatabase = (url: string) =>
  administer(url, `DROP DATABASE IF EXISTS ${nameOf(url)} WITH (FORCE)`);

const nameOf = (url: string) => new URL(url).pathname.slice(1);
const administer = (url: string, statement: string) =>
  withQuery(new URL('/postgres', url).href, (query) => query(statement));
