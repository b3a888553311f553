import { listMigrations, revertLastMigration, runMigrations } from '../src/data-source.js';
import { findDatabaseUrl } from '../src/demo/database-target.js';
import { FlagError } from '../src/demo/flags.js';

const usage = `usage: migrate run | revert | show
  run     applies all pending migrations
  revert  reverts the one that ran last
  show    lists them: [X] applied, [ ] pending, [?] applied by another version; exit 3 when any is pending
The database is that of DATABASE_URL, else the one that a running \`npm start\` keeps in DATA_DIR (.data).`;

const commands: Readonly<Record<string, (databaseUrl: string) => Promise<number>>> = {
  run: async (databaseUrl) => {
    const names = await runMigrations(databaseUrl);
    console.log(names.length === 0 ? 'nothing is pending' : `${names.length} applied`);
    return 0;
  },
  revert: async (databaseUrl) => {
    const name = await revertLastMigration(databaseUrl);
    console.log(name === null ? 'nothing to revert' : `${name} reverted`);
    return 0;
  },
  show: async (databaseUrl) => {
    const migrations = await listMigrations(databaseUrl);
    for (const { name, executed, executedAt, known } of migrations)
      console.log(
        [known ? (executed ? '[X]' : '[ ]') : '[?]', name, executedAt?.toISOString()]
          .filter(Boolean)
          .join(' '),
      );
    return migrations.every(({ executed }) => executed) ? 0 : 3;
  },
};

async function main(): Promise<number> {
  const [name = '', ...rest] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined || rest.length > 0) {
    console.error(usage);
    return 2;
  }
  return command(await findDatabaseUrl(process.env));
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    // A MigrationError says all there is to say; of others, too, the stack would not help who deploys.
    console.error((error as Error).message);
    process.exitCode = error instanceof FlagError ? 2 : 1;
  },
);
