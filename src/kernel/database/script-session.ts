import pg from 'pg';
import { sessionOptions, types } from './connection.js';
import { toDomainError } from './database-error.js';
import { DedicatedSession } from './dedicated-session.js';

const STATEMENT_TIMEOUT_MS = { interactive: 0, background: 0, maintenance: 0 };

/** Runs `use` on a session of its own, as the server opens them, for a script that has a URL and nothing else. */
export async function withScriptSession<T>(
  databaseUrl: string,
  purpose: string,
  use: (session: DedicatedSession) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: `ethhook-admin ${purpose}`,
    options: sessionOptions,
    types,
  });
  const session = new DedicatedSession(client, STATEMENT_TIMEOUT_MS, () => undefined);
  try {
    await client.connect().catch((error: unknown) => {
      throw toDomainError(error);
    });
    return await use(session);
  } finally {
    await session.close();
  }
}
