import { FlagError, optionalText, readFlags, wholeNumber } from '../../src/demo/flags.js';

export interface OverloadOptions {
  /** Of the overload; the maximum is measured for a third of it. */
  seconds: number;
  out: string;
}

/** Times the most that the server answers. */
export const FACTOR = 3;
/** Closed loop: who asks for the maximum. */
export const CLIENTS = 16;

export const usage = `usage: npm run bench:overload -- [flags]
  What becomes of the server when it is asked for ${FACTOR} times what it can answer: its most by ${CLIENTS} clients that ask
  again as soon as they have an answer, then ${FACTOR} times that whatever comes back, then half of it.
  --seconds N      how long it is asked for too much: 6 to 600 (default 60)
  --out FILE.md    the page with the result; the figures go beside it as .json (default docs/bench/overload.md)
Exit 0 when every bound holds, 1 when one does not or the bench fails, 2 for a wrong flag.`;

/** null when help is asked for. Throws FlagError. */
export function readOptions(args: readonly string[]): OverloadOptions | null {
  const flags = readFlags(args, { seconds: wholeNumber(6, 600, 60), out: optionalText(1) });
  if (flags === null) return null;
  const { seconds, out = 'docs/bench/overload.md' } = flags;
  if (!out.endsWith('.md'))
    throw new FlagError(`--out is ${JSON.stringify(out)}: it takes the name of an .md file`);
  return { seconds, out };
}
