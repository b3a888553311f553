import { FlagError, optionalText, readFlags, wholeNumber } from '../../src/demo/flags.js';

export interface AutovacuumOptions {
  rows: number;
  /** Inserted into each table a second; each of them is updated twice. */
  rate: number;
  seconds: number;
  out: string;
}

export const usage = `usage: npm run bench:autovacuum -- [flags]
  One table as PostgreSQL's own settings keep it and one as tune-autovacuum does, in one server, written to alike.
  --rows N         of each table at the start: 500000 to 20000000 (default 1000000)
  --rate N         rows inserted a second into each, every one of which is updated twice soon: 100 to 20000 (default 2000)
  --seconds N      of the writes: 30 to 3600 (default 240)
  --out FILE.md    the page with the result; the figures go beside it as .json (default docs/bench/autovacuum.md)
Exit 0 when every bound holds, 1 when one does not or the bench fails, 2 for a wrong flag.`;

/** null when help is asked for. Throws FlagError. */
export function readOptions(args: readonly string[]): AutovacuumOptions | null {
  const flags = readFlags(args, {
    rows: wholeNumber(500_000, 20_000_000, 1_000_000),
    rate: wholeNumber(100, 20_000, 2000),
    seconds: wholeNumber(30, 3600, 240),
    out: optionalText(1),
  });
  if (flags === null) return null;
  const { rows, rate, seconds, out = 'docs/bench/autovacuum.md' } = flags;
  if (!out.endsWith('.md'))
    throw new FlagError(`--out is ${JSON.stringify(out)}: it takes the name of an .md file`);
  return { rows, rate, seconds, out };
}
