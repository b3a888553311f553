import { FlagError, optionalText, readFlags, wholeNumber } from '../../src/demo/flags.js';

export interface PartitioningOptions {
  events: number;
  /** Of each rate, in each of the rounds. */
  seconds: number;
  pgBin: string | undefined;
  out: string;
}

export const DAYS = 390;
export const MONTHS = 13;
export const ROUNDS = 3;
export const WRITES_PER_SECOND = 100;

export const usage = `usage: npm run bench:partitioning -- [flags]
  delivery_attempts as one table, and by month: inserts, updates by id, reads, sizes, and what it
  costs to remove the oldest month.
  --events N       demo events of ${DAYS} days, with about 1.25 attempts each: 10000 to 5000000 (default 400000)
  --seconds N      how long each rate is measured in each of ${ROUNDS} rounds: 1 to 60 (default 4)
  --pg-bin DIR     programs of another PostgreSQL than the newest that is installed
  --out FILE.md    the page with the result; the figures go beside it as .json (default docs/bench/partitioning.md)
Exit 0 when every bound holds, 1 when one does not or the bench fails, 2 for a wrong flag.`;

/** null when help is asked for. Throws FlagError. */
export function readOptions(args: readonly string[]): PartitioningOptions | null {
  const flags = readFlags(args, {
    events: wholeNumber(10_000, 5_000_000, 400_000),
    seconds: wholeNumber(1, 60, 4),
    'pg-bin': optionalText(1),
    out: optionalText(1),
  });
  if (flags === null) return null;
  const { events, seconds, 'pg-bin': pgBin, out = 'docs/bench/partitioning.md' } = flags;
  if (!out.endsWith('.md'))
    throw new FlagError(`--out is ${JSON.stringify(out)}: it takes the name of an .md file`);
  return { events, seconds, pgBin, out };
}
