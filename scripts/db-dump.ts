import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { runMigrations } from '../src/data-source.js';
import { startEmbeddedPostgres } from '../src/kernel/database/embedded/index.js';
import { explain } from '../src/kernel/database/migration-session.js';
import { lineDiff } from './line-diff.js';
import { dumpSchema } from './schema-dump.js';

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
async function migratedSchema(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ethhook-db-dump-'));
  try {
    // Started by root, the server runs as another user, who would be given a lasting folder elsewhere.
    await chmod(dataDir, 0o755);
    const server = await startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' } });
    try {
      await runMigrations(server.url, () => undefined);
      return await schemaOf(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function schemaOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the query that was lost with the connection reports it
  await client.connect();
  try {
    return await dumpSchema(async (text) => (await client.query<Record<string, unknown>>(text)).rows);
  } finally {
    await client.end();
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(explain(error));
    process.exitCode = 1;
  },
);
