import { randomInt } from 'node:crypto';
import { describeTarget, findDatabaseUrl } from '../src/demo/database-target.js';
import { FlagError, optionalId, optionalText, readFlags, wholeNumber } from '../src/demo/flags.js';
import { simulate, type SimulatorProgress } from './simulator/simulate.js';

const usage = `usage: npm run simulate -- --rate N --seconds N [--seed N] [--writers N] [--application ID]
                           [--ledger FILE] [--latency-log FILE]
  Writes like EthHook's ingestor and delivery service, which know its original columns only, and reads all of it back.
  --rate N        inserted rows (events and attempts) a second: 1 to 50000; updates come on top
  --seconds N     1 to 604800
  --seed N        of what the rows hold: 0 to 4294967295 (default random)
  --writers N     connections: 1 to 64 (default 4)
  --application ID   deliver to the endpoints of this application only
  --ledger FILE   every acknowledged write as a line of JSON
  --latency-log FILE   every statement sent as a line of JSON: when it was answered, its latency and outcome
Prints a report as one JSON object. Exit 1 when an acknowledged row is lost or altered, or could not be read back.
The database is that of DATABASE_URL, else the one that a running \`npm start\` keeps in DATA_DIR (.data).
Ctrl-C ends early, with the report.`;

const MAX_SEED = 2 ** 32 - 1;
const LINE_EVERY_SECONDS = 5;

async function main(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, {
    rate: wholeNumber(1, 50_000),
    seconds: wholeNumber(1, 604_800),
    seed: wholeNumber(0, MAX_SEED, randomInt(MAX_SEED)),
    writers: wholeNumber(1, 64, 4),
    application: optionalId,
    ledger: optionalText(1),
    'latency-log': optionalText(1),
  });
  if (flags === null) {
    console.log(usage);
    return 0;
  }
  const databaseUrl = await findDatabaseUrl(process.env);
  process.stderr.write(`Writing to ${describeTarget(databaseUrl)}, seed ${flags.seed}\n`);
  const { application: applicationId, ledger: ledgerFile, 'latency-log': latencyFile, ...rest } = flags;
  const report = await simulate(
    { databaseUrl, applicationId, ledgerFile, latencyFile, ...rest },
    interruption(),
    showProgress(flags.rate),
  );
  if (process.stderr.isTTY) process.stderr.write('\n');
  console.log(JSON.stringify(report));
  return report.lost + report.mismatched === 0 ? 0 : 1;
}

/** Fires at the first SIGINT or SIGTERM; a second one ends the process. */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
  return interrupt.signal;
}

/** One line that is drawn over on a terminal; elsewhere a line every five seconds. */
function showProgress(rate: number): (progress: SimulatorProgress) => void {
  let lines = 0;
  return ({ seconds, events, attempts, updates, unknown, failed, disconnects, achievedRate }) => {
    const line =
      `${seconds.toFixed(0)} s | ${achievedRate.toFixed(0)}/${rate} rows/s | ${events} events, ${attempts} attempts, ` +
      `${updates} updates | ${failed} failed, ${unknown} unknown, ${disconnects} disconnects`;
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
    else if (++lines % LINE_EVERY_SECONDS === 0) process.stderr.write(`${line}\n`);
  };
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const isFlag = error instanceof FlagError;
    console.error(
      isFlag ? `${error.message}\nnpm run simulate -- --help says more` : (error as Error).message,
    );
    process.exitCode = isFlag ? 2 : 1;
  },
);
