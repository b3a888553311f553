import { statfs } from 'node:fs/promises';
import type { QueryRunner } from 'typeorm';
import { diskNeededBytes } from './rehearsal/estimate.js';
import { rehearseMigrations } from './rehearsal/rehearse.js';
import { MigrationError, type PostgresOptions } from './session.js';
import { contextOf } from './settings.js';

// Below, the answer is not worth the question.
const SMALL_DATABASE_BYTES = 100e6;

/** Throws MigrationError of kind refused when the server's disk has less room than the pending migrations need. */
export async function refuseTooLittleDisk(runner: QueryRunner, options: PostgresOptions): Promise<void> {
  const { settings, log } = contextOf(runner);
  const [database] = (await runner.query(
    'SELECT pg_database_size(current_database())::float8 AS "sizeBytes"',
  )) as { sizeBytes: number }[];
  if (settings.freeDiskBytes === null && (database?.sizeBytes ?? 0) < SMALL_DATABASE_BYTES) return;
  const rehearsed = await rehearseMigrations(options, () => undefined, settings);
  const needed = diskNeededBytes(rehearsed.flatMap(({ statements }) => statements));
  const free = settings.freeDiskBytes ?? (await freeDiskHere(runner));
  if (free === null)
    log(
      `about ${size(needed)} of free disk are needed; what the server has cannot be seen from here: ` +
        '--free-disk SIZE has it checked',
    );
  else if (free < needed)
    throw new MigrationError(
      `too little disk: the pending migrations need about ${size(needed)} at their peak, and ${size(free)} are free; ` +
        'nothing was changed',
      { kind: 'refused' },
    );
}

/** Of the file system that holds the data; null when the server is on another machine, or hides where its data is. */
async function freeDiskHere(runner: QueryRunner): Promise<number | null> {
  const [server] = (await runner.query(
    `SELECT inet_server_addr() IS NULL OR inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1' AS "isHere",
            CASE WHEN pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')
                 THEN current_setting('data_directory') END AS "directory"`,
  )) as { isHere: boolean; directory: string | null }[];
  if (!server?.isHere || server.directory === null) return null;
  try {
    const { bavail, bsize } = await statfs(server.directory);
    return bavail * bsize;
  } catch {
    return null; // a container's folder, seen under another name here
  }
}

const size = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
