import { FlagError, optionalText, readFlags, wholeNumber } from '../../src/demo/flags.js';

export interface StreamsOptions {
  streams: number;
  /** Of each measurement. */
  seconds: number;
  out: string;
}

export const TENANTS = 20;
/** Those that are written to. */
export const BUSY_STREAMS = 500;
export const ROWS_PER_SECOND = 300;

export const usage = `usage: npm run bench:streams -- [flags]
  What open event streams cost while nothing happens: CPU of the server, and of PostgreSQL for it; then
  how soon ${BUSY_STREAMS} streams have their events while ${ROWS_PER_SECOND} rows/s are written.
  --streams N      server-sent streams of ${TENANTS} tenants: ${TENANTS} to 2000 (default 1000)
  --seconds N      how long each is measured: 5 to 600 (default 60)
  --out FILE.md    the page with the result; the figures go beside it as .json (default docs/bench/live-streams.md)
Exit 0 when every bound holds, 1 when one does not or the bench fails, 2 for a wrong flag.`;

/** null when help is asked for. Throws FlagError. */
export function readOptions(args: readonly string[]): StreamsOptions | null {
  const flags = readFlags(args, {
    streams: wholeNumber(TENANTS, 2000, 1000),
    seconds: wholeNumber(5, 600, 60),
    out: optionalText(1),
  });
  if (flags === null) return null;
  const { streams, seconds, out = 'docs/bench/live-streams.md' } = flags;
  if (!out.endsWith('.md'))
    throw new FlagError(`--out is ${JSON.stringify(out)}: it takes the name of an .md file`);
  return { streams, seconds, out };
}
