import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FlagError } from '../src/demo/flags.js';
import { runBench } from './online-migrations/bench.js';
import { judge } from './online-migrations/bounds.js';
import { readOptions, usage } from './online-migrations/options.js';
import { page } from './online-migrations/page.js';

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    console.log(usage);
    return 0;
  }
  const startedAt = performance.now();
  const say = (line: string) =>
    console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${line}`);
  const result = await runBench(options, say, interruption());
  const bounds = judge(result);
  await mkdir(dirname(options.out), { recursive: true });
  await writeFile(options.out, page(result, bounds));
  const figures = JSON.stringify({ bounds, ...result }, null, 2);
  await writeFile(options.out.replace(/\.md$/, '.json'), `${figures}\n`);
  for (const { what, required, measured, holds } of bounds)
    console.log(`${holds ? 'holds' : 'FAILS'}  ${what}: ${measured} (required: ${required})`);
  return bounds.every(({ holds }) => holds) ? 0 : 1;
}

/** The first Ctrl-C ends writer, reader, runner and server, and deletes the data. */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => interrupt.abort(new Error('interrupted')));
  return interrupt.signal;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    const isFlag = error instanceof FlagError;
    console.error(isFlag ? `${error.message}\n\n${usage}` : (error as Error).message);
    process.exitCode = isFlag ? 2 : 1;
  },
);
