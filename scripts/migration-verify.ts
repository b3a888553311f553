import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { explain } from '../src/kernel/migrations/session.js';
import { migrations } from '../src/migrations/index.js';
import { verifyMigrations, type Start } from './migration-verify/verify.js';
import { createOriginalDatabase } from './original-database.js';
import { withThrowawayServer } from './throwaway-server.js';

const usage = `usage: migration-verify [--url <superuser's URL>]
  Applies all migrations, reverts them and applies them again, all at once and one by one, to an empty database and to
  one like EthHook's with rows in it, and compares schema and rows each time. Exit 1 when something differs.
  --url  on that server, in databases of its own, instead of on an embedded one`;

const EVENTS = 2000;

const starts: readonly Start[] = [
  { name: 'empty database', prepare: () => Promise.resolve(), own: [] },
  {
    name: "EthHook's database",
    prepare: (url) => createOriginalDatabase(url, EVENTS),
    own: ['_sqlx_migrations'],
  },
];

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) {
    console.error(usage);
    return 2;
  }
  const snapshot = await readFile(join('test', 'snapshots', 'schema.sql'), 'utf8');
  const verify = (url: string) =>
    verifyMigrations(url, { migrations, starts, snapshot, log: (line) => console.log(line) });
  const differences = await (options.url === undefined ? withThrowawayServer(verify) : verify(options.url));
  if (differences.length === 0) return 0;
  console.error('\n- is what should be there, + is what is there');
  for (const { what, diff } of differences) console.error(`\n${what}\n${diff}`);
  return 1;
}

function readOptions() {
  try {
    return parseArgs({ options: { url: { type: 'string' } } }).values;
  } catch {
    return null;
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(explain(error));
    process.exitCode = 1;
  },
);
