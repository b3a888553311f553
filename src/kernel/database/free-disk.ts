import { statfs } from 'node:fs/promises';
import type { QueryRunner } from './database.js';
import { sql, unnamed } from './sql.js';

export interface DataPlace {
  isHere: boolean;
  directory: string | null;
}

export const findDataPlace = () => sql<DataPlace>('database.find-data-place')`
  SELECT inet_server_addr() IS NULL OR inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1' AS "isHere",
         CASE WHEN pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')
              THEN current_setting('data_directory') END AS "directory"`;

/** Of the file system that holds the data; null when the server is on another machine, or hides where its data is. */
export const freeDiskBytes = async (runner: QueryRunner): Promise<number | null> =>
  freeBytesAt((await runner.query(unnamed(findDataPlace())))[0]);

export async function freeBytesAt(place: DataPlace | undefined): Promise<number | null> {
  if (!place?.isHere || place.directory === null) return null;
  try {
    const { bavail, bsize } = await statfs(place.directory);
    return bavail * bsize;
  } catch {
    return null; // a container's folder, seen under another name here
  }
}
