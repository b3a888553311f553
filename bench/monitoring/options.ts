import { FlagError, optionalText, readFlags, wholeNumber } from '../../src/demo/flags.js';

export interface MonitoringOptions {
  minutes: number;
  statements: number;
  tables: number;
  out: string;
}

export const usage = `usage: npm run bench:monitoring -- [flags]
  What all collectors take of a core, the database's part and ours, at their own intervals.
  --minutes N      of collecting, after one without: 1 to 600 (default 6: the slowest but the hourly ones take two turns)
  --statements N   distinct ones in pg_stat_statements, all of which run between two turns: 100 to 20000 (default 5000)
  --tables N       tables with two indexes each: 10 to 10000 (default 2000)
  --out FILE.md    the page with the result; the figures go beside it as .json (default docs/bench/monitoring.md)
Exit 0 when the bound holds, 1 when it does not or the bench fails, 2 for a wrong flag.`;

/** null when help is asked for. Throws FlagError. */
export function readOptions(args: readonly string[]): MonitoringOptions | null {
  const flags = readFlags(args, {
    minutes: wholeNumber(1, 600, 6),
    statements: wholeNumber(100, 20_000, 5000),
    tables: wholeNumber(10, 10_000, 2000),
    out: optionalText(1),
  });
  if (flags === null) return null;
  const { out = 'docs/bench/monitoring.md', ...numbers } = flags;
  if (!out.endsWith('.md'))
    throw new FlagError(`--out is ${JSON.stringify(out)}: it takes the name of an .md file`);
  return { ...numbers, out };
}
