import { createHash, hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppConfig } from '../config/config.js';
import type { Database } from '../database/database.js';
import { readDataVersion } from './queries/read-data-version.sql.js';

const SOURCES = join(import.meta.dirname, '..', '..');

/**
 * What every answer depends on beside its question: the code, the schema, the database, and how it is read. Whatever differs
 * in one of them shares no answer.
 */
export async function identityOf({ database, statistics }: AppConfig, runner: Database): Promise<string> {
  const [data] = await runner.query(readDataVersion());
  // Copies of a cluster, such as a staging system, have its identifier but not its address.
  const { host, pathname } = new URL(database.url);
  return hash('sha256', JSON.stringify([codeVersion(), data, host, pathname, statistics.reads]), 'base64url');
}

/** A digest of the server's own files: nobody has to remember to count a version up. */
function codeVersion(): string {
  const digest = createHash('sha256');
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => /\.[jt]s$/.test(name)).sort())
    digest.update(file).update(readFileSync(join(SOURCES, file)));
  return digest.digest('base64url');
}
