import { describeTarget, findDatabaseUrl } from '../src/demo/database-target.js';
import { FlagError, readFlags } from '../src/demo/flags.js';
import { grouped as count } from '../src/demo/progress-bar.js';
import { buildRollups, FoldInUseError } from '../src/modules/statistics/index.js';

const usage = `usage: npm run statistics:build
  Builds the rollups of a database that was filled while no server ran. A running server does the same by itself.
The database is that of DATABASE_URL, else the one that a running \`npm start\` keeps in DATA_DIR (.data).
Ctrl-C stops early: what is built by then stays, and the next run goes on.`;

const INTERRUPTED = 130;
const TOLD_EVERY_MS = 2000;

async function main(args: readonly string[]): Promise<void> {
  if (readFlags(args, {}) === null) return console.log(usage);
  const databaseUrl = await findDatabaseUrl(process.env);
  console.log(`Building the rollups of ${describeTarget(databaseUrl)}`);
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort(new Error('Interrupted: what is built by now stays.'));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const startedAt = performance.now();
  let toldAt = startedAt;
  await buildRollups(
    databaseUrl,
    ({ changes, rebuilds }) => {
      if (performance.now() - toldAt < TOLD_EVERY_MS) return;
      toldAt = performance.now();
      console.log(`${count(changes)} attempts folded, ${count(rebuilds)} parts to be counted`);
    },
    interrupt.signal,
  );
  console.log(`Done in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const { message } = error as Error;
  const isUsage = error instanceof FlagError;
  console.error(isUsage ? `${message}\nnpm run statistics:build -- --help says more` : message);
  process.exitCode = isUsage ? 2 : message.startsWith('Interrupted') ? INTERRUPTED : 1;
  if (error instanceof FoldInUseError) process.exitCode = 0;
});
