import { once } from 'node:events';
import { startServerProcess } from './server-process.js';

export interface MigrateOutcome {
  code: number | null;
  /** What ended it from outside. */
  signal: NodeJS.Signals | null;
  /** Both streams. */
  output: string;
}

export interface MigrateProcess {
  output(): string;
  /** Resolves when the output matches. */
  prints(pattern: RegExp): Promise<void>;
  send(signal: NodeJS.Signals): void;
  ended(): Promise<MigrateOutcome>;
}

/** `npm run migration:…` in real: the compiled runner as a process of its own, e.g. `run`, `--wait-seconds`, `0`. */
export function startMigrate(databaseUrl: string, ...args: string[]): MigrateProcess {
  const { child, output, prints } = startServerProcess({ DATABASE_URL: databaseUrl }, [
    'node',
    'dist/scripts/migrate.js',
    ...args,
  ]);
  // Not `exit`, after which there may be output still to come.
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    output,
    prints,
    send: (signal) => void child.kill(signal),
    ended: async () => {
      const [code, signal] = await closed;
      return { code, signal, output: output() };
    },
  };
}

export const migrate = (databaseUrl: string, ...args: string[]): Promise<MigrateOutcome> =>
  startMigrate(databaseUrl, ...args).ended();
