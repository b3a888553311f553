import { FlagError, optionalText, readFlags, wholeNumber } from '../../src/demo/flags.js';

export interface CacheOptions {
  events: number;
  /** Of each round of a throughput. */
  milliseconds: number;
  out: string;
}

export const usage = `usage: npm run bench:cache -- [flags]
  What an answer that is kept costs: requests a second of a hit beside a route that does nothing, and beside the same
  routes without a cache; then how many statements a crowd costs that asks for what is not kept.
  --events N       of the demo data: 1000 to 1000000 (default 100000)
  --milliseconds N of each round: 100 to 10000 (default 500)
  --out FILE.md    the page with the result; the figures go beside it as .json (default docs/bench/cache.md)
Exit 0 when every bound holds, 1 when one does not or the bench fails, 2 for a wrong flag.`;

/** null when help is asked for. Throws FlagError. */
export function readOptions(args: readonly string[]): CacheOptions | null {
  const flags = readFlags(args, {
    events: wholeNumber(1000, 1_000_000, 100_000),
    milliseconds: wholeNumber(100, 10_000, 500),
    out: optionalText(1),
  });
  if (flags === null) return null;
  const { events, milliseconds, out = 'docs/bench/cache.md' } = flags;
  if (!out.endsWith('.md'))
    throw new FlagError(`--out is ${JSON.stringify(out)}: it takes the name of an .md file`);
  return { events, milliseconds, out };
}
