import { FlagError, optionalText, readFlags, wholeNumber, type Flag } from '../../src/demo/flags.js';

export interface CaptureOptions {
  events: number;
  /** Row writes a second beside the reads, half inserts and half updates. */
  rate: number;
  /** How long a snapshot and a writing transaction are open, and the fold is down. */
  faultMinutes: number;
  /** Of the reads of each figure. */
  seconds: number;
  pgBin: string | undefined;
  out: string;
}

export const USERS = 50;
export const DAYS = 60;
export const SEED = 42;

export const usage = `usage: npm run bench:changes -- [flags]
  Three ways to know what has changed since the last fold, side by side: what they cost writers and reads.
  --events N         events of the databases, about 1.25 delivery attempts each: 5000 to 10000000 (default 200000)
  --rate N           rows written a second beside the reads: 40 to 5000 (default 1000)
  --fault-minutes N  how long a reader's snapshot and a writing transaction are open, and the fold is down: 0 to 60
                     (default 2); the run takes nine times as long
  --seconds N        of the reads of each figure: 1 to 600 (default 10)
  --pg-bin DIR       PostgreSQL's programs, or the word embedded (default the newest /usr/lib/postgresql/*/bin, else the
                     embedded build)
  --out FILE.md      the page with the result; the figures go beside it as .json (default docs/bench/change-capture.md)
Exit 0 when every bound holds, 1 when one does not or the bench fails, 2 for a wrong flag.`;

/** null when help is asked for. Throws FlagError. */
export function readOptions(args: readonly string[]): CaptureOptions | null {
  const flags = readFlags(args, {
    events: wholeNumber(5000, 10_000_000, 200_000),
    rate: wholeNumber(40, 5000, 1000),
    'fault-minutes': minutes,
    seconds: wholeNumber(1, 600, 10),
    'pg-bin': optionalText(1),
    out: optionalText(1),
  });
  if (flags === null) return null;
  const out = flags.out ?? 'docs/bench/change-capture.md';
  if (!out.endsWith('.md'))
    throw new FlagError(`--out is ${JSON.stringify(out)}: it takes the name of an .md file`);
  const { events, rate, seconds } = flags;
  return { events, rate, seconds, out, faultMinutes: flags['fault-minutes'], pgBin: flags['pg-bin'] };
}

const minutes: Flag<number> = (text, name) => {
  if (text === undefined) return 2;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value >= 0 && value <= 60) return value;
  throw new FlagError(`--${name} is ${JSON.stringify(text)}: it takes a number from 0 to 60`);
};
