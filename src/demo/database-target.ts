import pg from 'pg';
import { runningEmbeddedUrl } from '../kernel/database/embedded/index.js';
import { FlagError } from './flags.js';

/** Of the embedded default. */
export const EMBEDDED_DATABASE = 'ethhook';

/** DATABASE_URL, else the database of a running `npm start`. Throws FlagError when there is neither. */
export async function findDatabaseUrl(environment: NodeJS.ProcessEnv): Promise<string> {
  const dataDir = environment.DATA_DIR || '.data';
  const url = environment.DATABASE_URL || (await runningEmbeddedUrl(dataDir, EMBEDDED_DATABASE));
  if (!url) throw new FlagError(`DATABASE_URL is not set, and no embedded server is running in ${dataDir}`);
  // The driver takes anything else for a path or a host name, and the error would show it, password and all.
  if (!/^postgres(ql)?:\/\//.test(url)) throw new FlagError('DATABASE_URL does not start with postgres://');
  return url;
}

/** Host, port and database: what may be shown of a URL. */
export function describeTarget(databaseUrl: string): string {
  const { host, port, database } = new pg.Client({ connectionString: databaseUrl });
  return `${host}:${port}/${database ?? ''}`;
}
