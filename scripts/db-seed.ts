import { randomBytes } from 'node:crypto';
import { describeTarget, findDatabaseUrl } from '../src/demo/database-target.js';
import { FlagError, instant, optionalText, readFlags, wholeNumber } from '../src/demo/flags.js';
import { grouped as count, withProgressBar } from '../src/demo/progress-bar.js';
import { DemoDataAbortedError, seedDemoData } from '../src/demo/seed.js';

const usage = `usage: npm run db:seed -- [--events N] [--users N] [--days N] [--seed N] [--until TIME] [--password P]
  Fills the database with demo data: users @seed<N>.example.com, tenant1@ the largest of them, admin@ the admin.
  --events N      events, about 1.25 delivery attempts each: 0 to 100000000 (default 100000)
  --users N       1 to 10000 (default 50)
  --days N        up to --until: 1 to 3650 (default 30)
  --seed N        0 to 4294967295 (default 1)
  --until TIME    end of the data, like 2026-01-31T12:00:00Z (default now)
  --password P    of all users, at least 8 characters (default a random one, printed at the end)
The same flags give the same rows, to the byte; the default of --until differs from run to run, so give it for that.
The database is that of DATABASE_URL, else the one that a running \`npm start\` keeps in DATA_DIR (.data).
Ctrl-C stops early: what is committed by then stays.`;

const UNDEFINED_TABLE = '42P01';
const INTERRUPTED = 130;

const flags = () => ({
  events: wholeNumber(0, 100_000_000, 100_000),
  users: wholeNumber(1, 10_000, 50),
  days: wholeNumber(1, 3650, 30),
  seed: wholeNumber(0, 2 ** 32 - 1, 1),
  until: instant(new Date('2000-01-01'), new Date('2100-01-01'), new Date()),
  password: optionalText(8),
});

async function main(args: readonly string[]): Promise<number> {
  const given = readFlags(args, flags());
  if (given === null) {
    console.log(usage);
    return 0;
  }
  const databaseUrl = await findDatabaseUrl(process.env);
  const password = given.password ?? randomBytes(8).toString('hex');
  const options = { ...given, password, emailDomain: `seed${given.seed}.example.com` };
  console.log(
    `Writing ${count(given.events)} events of ${count(given.users)} users to ${describeTarget(databaseUrl)}`,
  );
  const summary = await untilInterrupted((signal) =>
    withProgressBar(options.events, (onProgress) => seedDemoData(databaseUrl, options, onProgress, signal)),
  );
  const { users, applications, endpoints, events, attempts, seconds } = summary;
  const rows = users + applications + endpoints + events + attempts;
  console.log(
    `${count(events)} events, ${count(attempts)} delivery attempts, ${count(endpoints)} endpoints, ` +
      `${count(applications)} applications, ${count(users)} users\n` +
      `${count(rows)} rows in ${seconds.toFixed(1)} s, ${count(rows / seconds)} rows/s\n` +
      `largest tenant  ${summary.tenantEmail} (${(100 * summary.largestTenantShare).toFixed(1)} % of the attempts)\n` +
      `admin           ${summary.adminEmail}\n` +
      `password        ${given.password === undefined ? password : 'as given'}`,
  );
  return 0;
}

/** The first Ctrl-C aborts, with what is committed by then told; a second one kills. */
async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    return await work(interrupt.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function explain(error: unknown): string {
  const { message, code } = error as Error & { code?: string };
  return code === UNDEFINED_TABLE ? `${message}: is this EthHook's database, and migrated?` : message;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(
      error instanceof FlagError ? `${error.message}\nnpm run db:seed -- --help says more` : explain(error),
    );
    if (error instanceof FlagError) process.exitCode = 2;
    else process.exitCode = error instanceof DemoDataAbortedError ? INTERRUPTED : 1;
  },
);
