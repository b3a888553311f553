import pg from 'pg';
import { loadConfig } from '../../src/kernel/config/config.js';
import { connectionOptions } from '../../src/kernel/database/connection.js';
import { Wire, type QueryRunner } from '../../src/kernel/database/wire.js';

/** After that a statement is given up: the plan saw 306 s, and there are many. */
export const TIMEOUT_MS = 120_000;

export const JWT_SECRET = 'bench-only-secret-of-32-characters';

const timeouts = { interactive: TIMEOUT_MS, background: TIMEOUT_MS, maintenance: 0 };
/** Sends statements as the server does. */
export const directly = new Wire(timeouts, 'none');

export interface BenchConnection extends QueryRunner {
  close(): Promise<void>;
}

/**
 * One connection with the server's own options, its named prepared statements, and a longer time-out. Broken off when
 * `signal` fires: the original takes a minute for a statement.
 */
export async function connect(databaseUrl: string, signal: AbortSignal): Promise<BenchConnection> {
  const client = await openClient(databaseUrl, signal);
  return {
    query: (statement) => directly.query(client, statement),
    close: () => client.end().catch(() => undefined),
  };
}

export async function openClient(databaseUrl: string, signal: AbortSignal): Promise<pg.Client> {
  const config = loadConfig({
    DATABASE_URL: databaseUrl,
    JWT_SECRET,
    STATEMENT_TIMEOUT_INTERACTIVE_MS: String(TIMEOUT_MS),
  });
  const options = connectionOptions(
    {
      ...config,
      database: { ...config.database, url: databaseUrl },
      auth: { ...config.auth, jwtSecret: JWT_SECRET },
    },
    'ethhook-bench',
  );
  const client = new pg.Client(options);
  client.on('error', () => undefined); // the statement under way fails too
  await client.connect();
  const breakOff = () => void client.end().catch(() => undefined);
  signal.addEventListener('abort', breakOff);
  client.once('end', () => signal.removeEventListener('abort', breakOff));
  return client;
}

export async function withConnection<T>(
  databaseUrl: string,
  signal: AbortSignal,
  use: (connection: BenchConnection) => Promise<T>,
): Promise<T> {
  const connection = await connect(databaseUrl, signal);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}
