import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runMigrations } from '../src/data-source.js';
import { explain } from '../src/kernel/migrations/session.js';
import { lineDiff } from './line-diff.js';
import { dumpSchema } from './schema-dump.js';
import { withQuery, withThrowawayServer } from './throwaway-server.js';

const usage = `usage: db-dump [--check] [--url <database URL>]
  Writes the schema that the migrations make to test/snapshots/schema.sql.
  --check  compares with that file instead, exit 1 when it is stale
  --url    takes the schema of that database, as it is, instead of migrating an empty one`;
const snapshot = join('test', 'snapshots', 'schema.sql');

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) {
    console.error(usage);
    return 2;
  }
  const schema = await (options.url === undefined ? migratedSchema() : schemaOf(options.url));
  if (!options.check) {
    await writeFile(snapshot, schema);
    console.log(`${snapshot} written`);
    return 0;
  }
  const difference = lineDiff(await readFile(snapshot, 'utf8').catch(() => ''), schema);
  if (difference === '') return 0;
  console.error(
    `${snapshot} is stale: - is what it says, + is what is there. Run: npm run db:dump\n\n${difference}`,
  );
  return 1;
}

function readOptions() {
  try {
    return parseArgs({ options: { check: { type: 'boolean' }, url: { type: 'string' } } }).values;
  } catch {
    return null;
  }
}

/** Migrates an empty database on a server of its own, and throws both away. */
const migratedSchema = () =>
  withThrowawayServer(async (url) => {
    await runMigrations(url, () => undefined);
    return schemaOf(url);
  });

const schemaOf = (url: string) => withQuery(url, (query) => dumpSchema(query));

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(explain(error));
    process.exitCode = 1;
  },
);
