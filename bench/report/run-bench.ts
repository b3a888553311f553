import { setMaxListeners } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FlagError } from '../../src/demo/flags.js';
import type { Bound } from './bounds.js';

export type Say = (line: string) => void;

export interface Report {
  page: string;
  /** Goes beside the page as .json, with the bounds. */
  figures: object;
  bounds: readonly Bound[];
}

interface Bench<Options extends { out: string }> {
  usage: string;
  /** null when help is asked for. Throws FlagError. */
  readOptions: (args: readonly string[]) => Options | null;
  run: (options: Options, say: Say, signal: AbortSignal) => Promise<Report>;
}

/** A bench's command line: sets the exit code to 0 when all bounds hold, 1 when one does not or it fails, 2 for a flag. */
export async function runBench<Options extends { out: string }>(bench: Bench<Options>): Promise<void> {
  try {
    process.exitCode = await runWith(bench, process.argv.slice(2));
  } catch (error) {
    const isFlag = error instanceof FlagError;
    console.error(isFlag ? `${error.message}\n\n${bench.usage}` : (error as Error).message);
    process.exitCode = isFlag ? 2 : 1;
  }
}

async function runWith<Options extends { out: string }>(
  { usage, readOptions, run }: Bench<Options>,
  args: readonly string[],
): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    console.log(usage);
    return 0;
  }
  const startedAt = performance.now();
  const say = (line: string) =>
    console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${line}`);
  const signal = interruption();
  const { page, figures, bounds } = await run(options, say, signal).catch((error: unknown) => {
    // What it broke off says so in its own words.
    signal.throwIfAborted();
    throw error;
  });
  await mkdir(dirname(options.out), { recursive: true });
  await writeFile(options.out, page);
  await writeFile(
    options.out.replace(/\.md$/, '.json'),
    `${JSON.stringify({ bounds, ...figures }, null, 2)}\n`,
  );
  for (const { what, required, measured, holds } of bounds)
    console.log(`${holds ? 'holds' : 'FAILS'}  ${what}: ${measured} (required: ${required})`);
  return bounds.every(({ holds }) => holds) ? 0 : 1;
}

/** The first Ctrl-C ends what the bench has started, and deletes the data. */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  // Each of the clients of a load listens to it.
  setMaxListeners(0, interrupt.signal);
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => interrupt.abort(new Error('interrupted')));
  return interrupt.signal;
}
