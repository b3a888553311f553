import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrationsDirectory, parseFileName, readMigrationFiles } from './migration-lint/migration-files.js';

const usage = `usage: npm run migration:create -- VerbNoun
  Writes ${migrationsDirectory}/<timestamp>-VerbNoun.ts, to be filled in, and adds it to index.ts.`;

const indexFile = join(migrationsDirectory, 'index.ts');
const PRINT_WIDTH = 110;

/** What was asked for cannot be made; the message says why. */
class RefusedError extends Error {}

async function main([title, ...rest]: string[]): Promise<number> {
  if (title === undefined || title.startsWith('-') || rest.length > 0) {
    console.error(usage);
    return 2;
  }
  if (!/^[A-Z][a-z0-9]+([A-Z][a-z0-9]*)+$/.test(title))
    throw new RefusedError(`"${title}" is no name like AddUserId: a verb first, each word with a capital`);
  const existing = (await readMigrationFiles()).flatMap(({ name }) => parseFileName(name) ?? []);
  const taken = existing.find((file) => file.title === title);
  if (taken !== undefined)
    throw new RefusedError(
      `${title} is there already, from ${new Date(Number(taken.timestamp)).toISOString()}`,
    );
  // TypeORM runs them in the order of their timestamps: behind the newest, also when its clock was ahead.
  const timestamp = Math.max(Date.now(), ...existing.map((file) => Number(file.timestamp) + 1));
  const file = `${timestamp}-${title}`;
  const index = register(await readFile(indexFile, 'utf8'), `${title}${timestamp}`, file);
  await writeFile(join(migrationsDirectory, `${file}.ts`), migrationSource(`${title}${timestamp}`), {
    flag: 'wx',
  });
  await writeFile(indexFile, index);
  console.log(`${join(migrationsDirectory, `${file}.ts`)} written, and added to index.ts`);
  return 0;
}

function register(source: string, className: string, file: string): string {
  const imports = /^(?:import .*\n)+/m.exec(source)?.[0];
  const list = /export const migrations = \[([^\]]*)\] as const;/.exec(source);
  if (imports === undefined || list === null)
    throw new RefusedError(`${indexFile} has no imports, or no "export const migrations = […] as const;"`);
  const names = (list[1] ?? '').split(',').map((name) => name.trim());
  const all = [...names.filter((name) => name !== ''), className];
  const short = `export const migrations = [${all.join(', ')}] as const;`;
  const long = `export const migrations = [\n${all.map((name) => `  ${name},\n`).join('')}] as const;`;
  return source
    .replace(list[0], short.length <= PRINT_WIDTH ? short : long)
    .replace(imports, `${imports}import { ${className} } from './${file}.js';\n`);
}

// It throws: one that does nothing would be recorded as applied, and never run once it is filled in.
const migrationSource = (
  className: string,
) => `import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What there is afterwards, and why. */
export class ${className} implements MigrationInterface {
  async up(_queryRunner: QueryRunner): Promise<void> {
    throw new Error('up() is not written yet');
  }

  async down(_queryRunner: QueryRunner): Promise<void> {
    throw new Error('down() is not written yet');
  }
}
`;

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error((error as Error).message);
    process.exitCode = error instanceof RefusedError ? 2 : 1;
  },
);
