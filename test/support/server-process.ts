import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = join(import.meta.dirname, '..', '..');

export interface ServerProcess {
  child: ChildProcess;
  /** What it has printed so far, both streams. */
  output(): string;
  /** The base URL, once it is ready. Throws with the output when it ends before. */
  ready(): Promise<string>;
  /** Resolves when the output matches. */
  prints(pattern: RegExp): Promise<void>;
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** `npm start`'s process, in real: the compiled server with this environment and nothing of ours. */
export function startServerProcess(
  environment: Record<string, string>,
  command = ['node', 'dist/src/main.js'],
): ServerProcess {
  const [program = '', ...args] = command;
  const { PATH, HOME, LANG } = process.env;
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: root,
    env: { PATH, HOME, LANG, PORT: '0', LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // the terminal's Ctrl-C for the tests is not meant for it
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)));
  const exit = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const prints = async (pattern: RegExp) => {
    while (!pattern.test(output)) {
      if (isOver()) throw new Error(`It ended without printing ${pattern}:\n${output}`);
      await sleep(20);
    }
  };
  return {
    child,
    output: () => output,
    prints,
    ended: () => exit,
    ready: async () => {
      await prints(/API documentation: .*\n/);
      return /is ready:\s+(\S+)/.exec(output)?.[1] ?? '';
    },
  };
}
