import { FlagError, optionalText, readFlags, wholeNumber } from '../../src/demo/flags.js';

export interface MaintenanceOptions {
  events: number;
  /** Of each quiet time, and at least of each job: a shorter one is run again and again for so long. */
  seconds: number;
  pgBin: string | undefined;
  out: string;
}

export const WRITES_PER_SECOND = 300;
export const READS_PER_SECOND = 200;

export const usage = `usage: npm run bench:maintenance -- [flags]
  What each scheduled job does to the traffic: ${WRITES_PER_SECOND} inserted rows and ${READS_PER_SECOND} requests a second go on while it runs.
  --events N       events, about 1.25 delivery attempts each: 1000 to 100000000 (default 1000000)
  --seconds N      how long the traffic is measured without a job and, at least, with each: 5 to 600 (default 20)
  --pg-bin DIR     PostgreSQL's programs, or the word embedded (default the newest /usr/lib/postgresql/*/bin,
                   else the embedded build)
  --out FILE.md    the page with the result; the figures go beside it as .json (default docs/bench/maintenance.md)
Exit 0 when every bound holds, 1 when one does not or the bench fails, 2 for a wrong flag.`;

/** null when help is asked for. Throws FlagError. */
export function readOptions(args: readonly string[]): MaintenanceOptions | null {
  const flags = readFlags(args, {
    events: wholeNumber(1000, 100_000_000, 1_000_000),
    seconds: wholeNumber(5, 600, 20),
    'pg-bin': optionalText(1),
    out: optionalText(1),
  });
  if (flags === null) return null;
  const { events, seconds, 'pg-bin': pgBin, out = 'docs/bench/maintenance.md' } = flags;
  if (!out.endsWith('.md'))
    throw new FlagError(`--out is ${JSON.stringify(out)}: it takes the name of an .md file`);
  return { events, seconds, pgBin, out };
}
