import pg from 'pg';
import {
  embeddedSecrets,
  startEmbeddedPostgres,
  type EmbeddedServer,
} from '../kernel/database/embedded/index.js';
import { runMigrations } from '../data-source.js';
import { buildRollups } from '../modules/statistics/index.js';
import { EMBEDDED_DATABASE } from './database-target.js';
import { withProgressBar } from './progress-bar.js';
import { seedDemoData } from './seed.js';

/** Filled under this name and renamed when complete: a start that was killed half-way begins anew. */
const UNFINISHED_DATABASE = 'ethhook_unfinished';
const DEMO_USERS = 20;
const DEMO_DAYS = 30;

export const demoLogins = {
  tenant: 'tenant1@example.com',
  admin: 'admin@example.com',
  password: 'demo-password',
} as const;

export interface EmbeddedDemo {
  url: string;
  jwtSecret: string;
  stop(): Promise<void>;
}

/** Starts PostgreSQL from node_modules over `dataDir`, migrated, with demo data after the first start. */
export async function startEmbeddedDemo(
  { dataDir, demoEvents }: { dataDir: string; demoEvents: number },
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<EmbeddedDemo> {
  const { jwtSecret } = await embeddedSecrets(dataDir);
  const server = await startEmbeddedPostgres({ dataDir, log: print });
  try {
    signal.throwIfAborted();
    if (await databaseExists(server, EMBEDDED_DATABASE))
      await runMigrations(server.urlFor(EMBEDDED_DATABASE), print);
    else await createDemoDatabase(server, demoEvents, print, signal);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { url: server.urlFor(EMBEDDED_DATABASE), jwtSecret, stop: () => server.stop() };
}

async function createDemoDatabase(
  server: EmbeddedServer,
  events: number,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  print(
    `First start: filling in demo data (${events} events of ${DEMO_USERS} users over ${DEMO_DAYS} days).`,
  );
  await administer(server, `DROP DATABASE IF EXISTS ${UNFINISHED_DATABASE} WITH (FORCE)`);
  await administer(server, `CREATE DATABASE ${UNFINISHED_DATABASE}`);
  const url = server.urlFor(UNFINISHED_DATABASE);
  await runMigrations(url, print);
  await withProgressBar(events, (onProgress) =>
    seedDemoData(
      url,
      {
        events,
        users: DEMO_USERS,
        days: DEMO_DAYS,
        seed: 1,
        until: new Date(),
        emailDomain: 'example.com',
        password: demoLogins.password,
      },
      onProgress,
      signal,
    ),
  );
  print('Building the rollups of the statistics.');
  await buildRollups(url, undefined, signal);
  await administer(server, `ALTER DATABASE ${UNFINISHED_DATABASE} RENAME TO ${EMBEDDED_DATABASE}`);
}

async function databaseExists(server: EmbeddedServer, name: string): Promise<boolean> {
  const rows = await administer(server, 'SELECT 1 FROM pg_database d WHERE d.datname = $1', [name]);
  return rows.length > 0;
}

async function administer(server: EmbeddedServer, text: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}
