import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { EmbeddedStartError } from './errors.js';
import { backendsNow } from './postmaster.js';
import { signal, waitForExit } from './processes.js';

const run = promisify(execFile);

/** How long each step may take before the next, harder one. */
export interface Patience {
  /** Sessions are ended and a checkpoint is written. */
  fastMs: number;
  /** No checkpoint: the next start replays the log. */
  immediateMs: number;
  killMs: number;
}

/** Of a server that answers. */
export const patient: Patience = { fastMs: 20_000, immediateMs: 5000, killMs: 5000 };
/** Of one that does not. */
export const impatient: Patience = { fastMs: 5000, immediateMs: 2000, killMs: 5000 };

export interface Target {
  pid: number;
  data: string;
  /** Needed on Windows, which has no signals. */
  pgCtl?: string;
}

/** Ends the server with all its processes; resolves when they are gone. No data is lost at any of the steps. */
export async function shutDown(target: Target, patience: Patience): Promise<void> {
  if (process.platform === 'win32') return shutDownOnWindows(target, patience);
  // Asked once: later another app may have started a new server over the same data.
  const all = [target.pid, ...(await backendsNow(target.data, target.pid))];
  signal(target.pid, 'SIGINT');
  for (const pid of all) signal(pid, 'SIGCONT'); // a stopped process acts on no other signal but SIGKILL
  if (!(await waitForExit([target.pid], patience.fastMs))) {
    signal(target.pid, 'SIGQUIT');
    await waitForExit([target.pid], patience.immediateMs);
  }
  await endProcesses(all, patience.killMs);
}

/** Kills what is left of these processes. */
export async function endProcesses(pids: readonly number[], timeoutMs: number): Promise<void> {
  if (await waitForExit(pids, 0)) return;
  for (const pid of pids) signal(pid, 'SIGKILL');
  if (!(await waitForExit(pids, timeoutMs)))
    throw new EmbeddedStartError(`PostgreSQL processes ${pids.join(', ')} do not end, not even when killed.`);
}

async function shutDownOnWindows({ pid, data, pgCtl }: Target, patience: Patience): Promise<void> {
  const steps = [
    ['fast', patience.fastMs],
    ['immediate', patience.immediateMs],
  ] as const;
  for (const [mode, ms] of steps) {
    const args = ['stop', '-D', data, '-m', mode, '-t', String(Math.ceil(ms / 1000))];
    if (pgCtl) await run(pgCtl, args, { windowsHide: true }).catch(() => undefined);
    if (await waitForExit([pid], 0)) return;
  }
  throw new EmbeddedStartError(
    `The PostgreSQL server (process ${pid}) does not end. End it in the Task Manager.`,
  );
}
