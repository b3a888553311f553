import { realpath } from 'node:fs/promises';
import pg from 'pg';
import { EmbeddedStartError } from './errors.js';

export const superuser = 'postgres';

/** The superuser's URL. Passwords are base64url, so nothing needs escaping; a database's name may. */
export const serverUrl = (port: number, password: string, database: string) =>
  `postgres://${superuser}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;

export interface Endpoint {
  port: number;
  password: string;
  /** Real path of the data that the server must have. */
  data: string;
}

const sqlState = (error: unknown) => (error as { code?: unknown }).code;

/** The server says that it starts up, recovers or shuts down. */
export const isNotReady = (error: unknown) => sqlState(error) === '57P03';

/** The server answers, but its connections are all taken, even the superuser's. */
export const isFull = (error: unknown) => sqlState(error) === '53300';

/** Connects as superuser and makes sure that this is the server over `data`. The caller ends the session. */
export async function openSession(endpoint: Endpoint, timeoutMs: number): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: serverUrl(endpoint.port, endpoint.password, 'postgres'),
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    keepAlive: true,
    application_name: 'ethhook-admin owner',
  });
  client.on('error', () => undefined); // a lost connection also says 'end'; unheard, this one ends the process
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    await checkData(rows[0]?.data_directory ?? '', endpoint.data);
    return client;
  } catch (error) {
    void client.end().catch(() => undefined);
    if (sqlState(error) === '28P01')
      throw new EmbeddedStartError(
        'The embedded PostgreSQL has another password than secrets.json beside its data. Restore that file, or ' +
          'delete the data folder to start with an empty database.',
      );
    throw error;
  }
}

async function checkData(actual: string, expected: string): Promise<void> {
  const real = await realpath(actual).catch(() => actual);
  if (real !== expected)
    throw new EmbeddedStartError(
      `Another PostgreSQL answers on the embedded server's port: its data is in ${actual}.`,
    );
}
