import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './errors.js';
import { findPostmaster } from './postmaster.js';
import { readSecrets } from './secrets.js';
import { isFull, openSession, serverUrl } from './session.js';

const timeoutMs = 3000;

/**
 * Superuser's URL of the embedded server that runs over this data folder now, or null: for tools beside a running app.
 * Starts nothing and does not take part in who owns the server. Throws when this user may not read the folder.
 */
export async function runningEmbeddedUrl(dataDir: string, database: string): Promise<string | null> {
  const data = await realpath(join(dataDir, 'postgres', 'data')).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  const secrets = data === undefined ? undefined : await readSecrets(dataDir);
  const postmaster = data === undefined ? undefined : await findPostmaster(data);
  if (data === undefined || !secrets || !postmaster) return null;
  const { port } = postmaster;
  try {
    const session = await openSession({ port, password: secrets.postgresPassword, data }, timeoutMs);
    await session.end();
  } catch (error) {
    if (!isFull(error)) return null;
  }
  return serverUrl(port, secrets.postgresPassword, database);
}
