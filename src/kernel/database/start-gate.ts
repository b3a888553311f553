import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { AppConfig } from '../config/config.js';
import { connectionOptions } from './connection.js';
import { sqlState } from './database-error.js';

const OLDEST_SUPPORTED = 14;
const RETRY_MS = 500;

/** The server must not start on this database; the message says what to do. */
export class StartRefusedError extends Error {
  override readonly name = 'StartRefusedError';
}

export type PendingCheck = (
  query: (text: string) => Promise<Record<string, unknown>[]>,
) => Promise<{ pending: string[]; unknown: string[] }>;

/**
 * Waits for the database, then refuses to go on when its version is too old or its schema is behind.
 * Reads only. Returns the migrations of a newer version, which an older one may well serve with during a
 * rolling deployment. Throws StartRefusedError.
 */
export async function passStartGate(
  config: AppConfig,
  pendingMigrations: PendingCheck,
  signal: AbortSignal,
): Promise<string[]> {
  const client = await connectPatiently(config, signal);
  try {
    const query = async (text: string) => (await client.query<Record<string, unknown>>(text)).rows;
    await refuseOldServer(query);
    const { pending, unknown } = await pendingMigrations(query);
    if (pending.length > 0)
      throw new StartRefusedError(
        `The database schema is behind: ${pending.length} migration(s) pending (${pending.join(', ')}).\n` +
          'Run `npm run migration:run` with the same DATABASE_URL (in the image: `node dist/scripts/migrate.js run`), ' +
          'then start again.',
      );
    return unknown;
  } finally {
    await client.end();
  }
}

async function connectPatiently(config: AppConfig, signal: AbortSignal): Promise<pg.Client> {
  const deadline = Date.now() + config.database.startTimeoutSeconds * 1000;
  for (;;) {
    const client = new pg.Client({
      ...connectionOptions(config, 'ethhook-admin start'),
      connectionTimeoutMillis: config.database.acquireTimeoutMs,
    });
    client.on('error', () => undefined); // a later query reports it
    try {
      await client.connect();
      return client;
    } catch (error) {
      refuseIfPermanent(error);
      if (Date.now() >= deadline)
        throw new StartRefusedError(`The database cannot be reached: ${reasonOf(error)}`);
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
}

// Waiting does not mend these: class 28 wrong login, 3D000 no such database, 42501 no right to connect.
function refuseIfPermanent(error: unknown): void {
  const state = sqlState(error);
  if (state === '3D000') throw new StartRefusedError('The database of DATABASE_URL does not exist.');
  if (state?.startsWith('28') || state === '42501')
    throw new StartRefusedError(`The database refuses the login of DATABASE_URL (SQLSTATE ${state}).`);
}

const reasonOf = (error: unknown) => sqlState(error) ?? (error as { code?: string }).code ?? 'no answer';

async function refuseOldServer(query: (text: string) => Promise<Record<string, unknown>[]>): Promise<void> {
  const [row] = await query(`SELECT current_setting('server_version_num')::int / 10000 AS major`);
  const major = Number(row?.['major']);
  if (major < OLDEST_SUPPORTED)
    throw new StartRefusedError(`PostgreSQL ${major} is not supported; 14 to 18 are.`);
}
