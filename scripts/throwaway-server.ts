import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/kernel/database/embedded/index.js';

export type Query = (text: string) => Promise<Record<string, unknown>[]>;

/** Starts a server with an empty database, hands over its superuser's URL, and throws both away. */
export async function withThrowawayServer<T>(work: (url: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ethhook-throwaway-'));
  try {
    // Started by root, the server runs as another user, who would be given a lasting folder elsewhere.
    await chmod(dataDir, 0o755);
    const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
    try {
      return await work(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Creates an empty database on a superuser's server, hands over its URL, and drops it. */
export async function withThrowawayDatabase<T>(
  serverUrl: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const name = `ethhook_throwaway_${process.pid}_${randomBytes(4).toString('hex')}`;
  await withQuery(serverUrl, (query) => query(`CREATE DATABASE ${name} TEMPLATE template0`));
  try {
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return await work(url.href);
  } finally {
    await withQuery(serverUrl, (query) => query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

/** One session, closed afterwards. */
export async function withQuery<T>(url: string, work: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the query that was lost with the connection reports it
  await client.connect();
  try {
    return await work(async (text) => (await client.query<Record<string, unknown>>(text)).rows);
  } finally {
    await client.end();
  }
}
