import { explain } from '../src/kernel/migrations/session.js';
import { migrations } from '../src/migrations/index.js';
import { exceptions, knownRedundantIndexes } from './migration-lint/exceptions.js';
import { printFindings } from './migration-lint/finding.js';
import { lintMigrations } from './migration-lint/lint.js';
import { checkMigrationFiles, readMigrationFiles } from './migration-lint/migration-files.js';
import { createOriginalDatabase } from './original-database.js';
import { withThrowawayServer } from './throwaway-server.js';

// Enough for backfills to send their statements.
const EVENTS = 2000;

async function main(): Promise<number> {
  if (process.argv.length > 2) {
    console.error(
      'usage: migration-lint\n  Judges every statement that the migrations send. Exit 1: it found something.',
    );
    return 2;
  }
  const registered = migrations.map(({ name }) => name);
  const fileFindings = checkMigrationFiles(await readMigrationFiles(), registered);
  const { findings, queries } = await withThrowawayServer((url) =>
    lintMigrations(url, {
      migrations,
      starts: [(database) => createOriginalDatabase(database, EVENTS), () => Promise.resolve()],
      exceptions,
      knownRedundantIndexes,
    }),
  );
  const all = [...fileFindings, ...findings];
  if (all.length > 0) console.error(printFindings(all));
  console.log(`${migrations.length} migrations, ${queries} queries: ${all.length} findings`);
  return all.length === 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(explain(error));
    process.exitCode = 1;
  },
);
