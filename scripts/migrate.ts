import { rehearseMigrations, revertLastMigration, runMigrations } from '../src/data-source.js';
import { findDatabaseUrl } from '../src/demo/database-target.js';
import { FlagError } from '../src/demo/flags.js';
import { MigrationError, type MigrationErrorKind } from '../src/kernel/migrations/session.js';
import { readRunFlags, runFlagsUsage } from './migrate/run-flags.js';
import { showMigrations } from './migrate/show.js';
import { Terminal } from './migrate/terminal.js';

const usage = `usage: migrate run [flags] | revert [flags] | show
  run     applies all pending migrations, goes on with one that was interrupted
  revert  reverts the one that ran last
  show    lists them: [X] applied, [~] begun, [ ] pending, [?] applied by another version; and what is under way
Flags of run and revert:
${runFlagsUsage}
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 (show) some are pending, 4 refused before anything was changed, 5 another
runner is at work, 130 interrupted. Ctrl-C ends at the next safe point; the next run goes on from there.
The database is that of DATABASE_URL, else the one that a running \`npm start\` keeps in DATA_DIR (.data); of
DATABASE_REPLICA_URLS the use of indexes is asked.`;

const exitCodes: Readonly<Record<MigrationErrorKind, number>> = {
  failed: 1,
  refused: 4,
  busy: 5,
  interrupted: 130,
};
const PENDING = 3;

type Command = (args: readonly string[]) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  run: async (args) => {
    const flags = readRunFlags(args, process.env);
    if (flags === null) return help();
    const databaseUrl = await findDatabaseUrl(process.env);
    const { log, progress } = new Terminal();
    if (flags.isDryRun) {
      for (const line of await rehearseMigrations(databaseUrl, flags.settings)) log(line);
      return 0;
    }
    const names = await runMigrations(databaseUrl, log, {
      ...flags.settings,
      progress,
      signal: interruption(),
    });
    log(names.length === 0 ? 'nothing is pending' : `${names.length} applied`);
    return 0;
  },
  revert: async (args) => {
    const flags = readRunFlags(args, process.env);
    if (flags === null) return help();
    if (flags.isDryRun) throw new FlagError('--dry-run is for run');
    const databaseUrl = await findDatabaseUrl(process.env);
    const { log, progress } = new Terminal();
    const name = await revertLastMigration(databaseUrl, log, {
      ...flags.settings,
      progress,
      signal: interruption(),
    });
    log(name === null ? 'nothing to revert' : `${name} reverted`);
    return 0;
  },
  show: async (args) => {
    if (args.length > 0) throw new FlagError('show takes no flags');
    return (await showMigrations(await findDatabaseUrl(process.env))) === 0 ? 0 : PENDING;
  },
};

function help(): number {
  console.log(usage);
  return 0;
}

/** Fires at the first SIGINT or SIGTERM; a second one ends the process. */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
  return interrupt.signal;
}

async function main([name = '', ...args]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h') return help();
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new FlagError(usage);
  return command(args);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof FlagError) return 2;
  return error instanceof MigrationError ? exitCodes[error.kind] : 1;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    // A MigrationError says all there is to say; of others, too, the stack would not help who deploys.
    console.error((error as Error).message);
    process.exitCode = exitCodeOf(error);
  },
);
