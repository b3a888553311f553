import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const dist = join(import.meta.dirname, '..', '..');

export interface Line {
  at: number;
  text: string;
}

export interface Ended {
  code: number | null;
  stdout: Line[];
  stderr: Line[];
}

export interface Child {
  /** SIGTERM: the script ends in its own way. */
  stop(): void;
  ended: Promise<Ended>;
}

/** One of our compiled scripts as a process of its own, killed when `signal` fires. */
export function startScript(
  script: string,
  args: readonly string[],
  databaseUrl: string,
  signal: AbortSignal,
  onLine: (text: string) => void = () => undefined,
  environment: Readonly<Record<string, string>> = {},
): Child {
  const child = spawn(process.execPath, [join(dist, script), ...args], {
    env: { ...process.env, ...environment, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGKILL',
  });
  const ended = collect(child, onLine);
  // Who awaits it is told; until then a process that fails early must not end this one.
  ended.catch(() => undefined);
  return { stop: () => void child.kill('SIGTERM'), ended };
}

function collect(child: ChildProcess, onLine: (text: string) => void): Promise<Ended> {
  const streams = { stdout: [] as Line[], stderr: [] as Line[] };
  for (const name of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[name] as NodeJS.ReadableStream }).on('line', (text) => {
      streams[name].push({ at: Date.now(), text });
      onLine(text);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...streams }));
  });
}

export const lastWords = ({ stderr, stdout }: Ended) =>
  [...stdout, ...stderr]
    .slice(-5)
    .map(({ text }) => text)
    .join('\n');
