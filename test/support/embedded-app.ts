import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface AppOptions {
  dataDir: string;
  packageDir?: string;
  settings?: Record<string, string>;
  /** Deletes the data folder after the server has stopped. */
  removeDataDir?: boolean;
}

export interface EmbeddedApp {
  pid: number;
  url: string;
  port: number;
  takenOver: boolean;
  /** Stops the server and ends; returns what the server's owner logged. */
  stop: () => Promise<string[]>;
  /** kill -9 of the app alone; its server goes on. */
  kill: () => Promise<void>;
}

interface Report {
  url: string;
  port: number;
  takenOver: boolean;
  logged: string[];
  error?: { name: string; message: string };
}

/** Starts an app process with an embedded server; rejects with the error that it reports. Needs `npm run build`. */
export async function startApp(options: AppOptions): Promise<EmbeddedApp> {
  const script = join(import.meta.dirname, 'embedded-app-process.mjs');
  // Its own group: a Ctrl-C in the terminal of the tests reaches it as the end of its standard input.
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const line = await lines.next();
    if (line.done)
      throw new Error(`The app process ended (${child.exitCode ?? child.signalCode}) without a word`);
    return JSON.parse(line.value) as Report;
  };
  const { error, url, port, takenOver } = await next();
  if (error) throw Object.assign(new Error(error.message), { name: error.name });
  return {
    pid: child.pid ?? 0,
    url,
    port,
    takenOver,
    stop: async () => {
      child.stdin.end();
      const { logged } = await next();
      await exited;
      return logged;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
