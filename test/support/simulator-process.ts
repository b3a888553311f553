import { once } from 'node:events';
import type { SimulatorReport } from '../../scripts/simulator/simulate.js';
import { startServerProcess } from './server-process.js';

export interface SimulatorProcess {
  /** Ends it, and waits until it has read back all that it wrote. */
  stop(): Promise<SimulatorReport>;
  /** At once, without a word; may come after stop(). */
  kill(): void;
}

// Longer than any test: it is stopped.
const SECONDS = 600;
const ROWS_PER_SECOND = 200;

/** EthHook's writers in a process of their own, so that the tests' own work delays none of their statements. */
export function startSimulator(databaseUrl: string): SimulatorProcess {
  const flags = ['--rate', ROWS_PER_SECOND, '--seconds', SECONDS, '--seed', 1].map(String);
  const { child, output } = startServerProcess({ DATABASE_URL: databaseUrl }, [
    'node',
    'dist/scripts/simulate.js',
    ...flags,
  ]);
  const closed = once(child, 'close');
  return {
    stop: async () => {
      child.kill('SIGINT');
      await closed;
      const report = output()
        .split('\n')
        .find((line) => line.startsWith('{'));
      if (report === undefined) throw new Error(`the simulator ended without a report:\n${output()}`);
      return JSON.parse(report) as SimulatorReport;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
