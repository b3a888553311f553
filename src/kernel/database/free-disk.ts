import { statfs } from 'node:fs/promises';
import type { QueryRunner } from './database.js';
import { sql } from './sql.js';

const findDataDirectory = () => sql<{ isHere: boolean; directory: string | null }>(
  'database.find-data-directory',
)`
  SELECT inet_server_addr() IS NULL OR inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1' AS "isHere",
         CASE WHEN pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')
              THEN current_setting('data_directory') END AS "directory"`;

/** Of the file system that holds the server's data; null when it is on another machine, or hides where its data is. */
export async function freeDiskBytes(runner: QueryRunner): Promise<number | null> {
  const [server] = await runner.query(findDataDirectory());
  if (!server?.isHere || server.directory === null) return null;
  try {
    const { bavail, bsize } = await statfs(server.directory);
    return bavail * bsize;
  } catch {
    return null; // a container's folder, seen under another name here
  }
}
