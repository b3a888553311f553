import type { QueryRunner } from 'typeorm';
import { freeDiskBytes } from '../database/free-disk.js';
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
  const free = settings.freeDiskBytes ?? (await freeDiskBytes({ query: ({ text }) => runner.query(text) }));
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

const size = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
