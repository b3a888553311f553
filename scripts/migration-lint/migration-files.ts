import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from './finding.js';

export interface MigrationFile {
  /** 1764000000000-AdoptEthhookSchema.ts */
  name: string;
  source: string;
}

export interface ParsedFileName {
  timestamp: string;
  title: string;
  className: string;
}

export const migrationsDirectory = join('src', 'migrations');

export function parseFileName(name: string): ParsedFileName | null {
  const match = /^(\d{13})-([A-Z][A-Za-z0-9]*)\.ts$/.exec(name);
  if (match === null) return null;
  const [, timestamp = '', title = ''] = match;
  return { timestamp, title, className: title + timestamp };
}

/** The files of the directory itself, but for index.ts. */
export async function readMigrationFiles(directory = migrationsDirectory): Promise<MigrationFile[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && entry.name !== 'index.ts')
    .map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => ({ name, source: await readFile(join(directory, name), 'utf8') })),
  );
}

/** Whether each file is registered under its own name, and in the order of the timestamps. */
export function checkMigrationFiles(
  files: readonly MigrationFile[],
  registered: readonly string[],
): Finding[] {
  const classes = files.flatMap(({ name }) => parseFileName(name)?.className ?? []);
  const messages = [
    ...files.flatMap((file) => checkFile(file, registered)),
    ...registered
      .filter((name) => !classes.includes(name))
      .map((name) => `${name} is registered, but no file is named after it`),
    ...registered
      .filter((name, index) => index > 0 && timestampOf(name) <= timestampOf(registered[index - 1]))
      .map(
        (name) =>
          `${name} is registered after a migration that is not older: TypeORM sorts, index.ts must say so`,
      ),
  ];
  return messages.map((message) => ({
    rule: 'migration-files',
    migration: null,
    direction: null,
    sql: null,
    message,
  }));
}

function checkFile({ name, source }: MigrationFile, registered: readonly string[]): string[] {
  const parsed = parseFileName(name);
  const isMigration = /^\d/.test(name) || /\bimplements MigrationInterface\b/.test(source);
  if (!isMigration) return [];
  if (parsed === null) return [`${name} is not named <13 digits>-VerbNoun.ts`];
  const { className } = parsed;
  const declared = /export class (\w+) implements MigrationInterface/.exec(source)?.[1];
  if (declared !== className)
    return [
      `${name} must export class ${className} implements MigrationInterface, not ${declared ?? 'nothing'}`,
    ];
  return registered.includes(className) ? [] : [`${name} is not registered in index.ts: it would never run`];
}

const timestampOf = (name = '') => Number(name.slice(-13));
