import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listProcesses, signal as send, waitForExit } from '../../src/kernel/database/embedded/processes.js';

/** What a test does to a PostgreSQL server over a folder of data. */
export interface ServerControl {
  /** kill -9 of the postmaster and all its backends. */
  kill(): Promise<void>;
  /** A shutdown that ends every session and keeps what the server keeps. */
  stop(): Promise<void>;
  /** The same server again, on the same port. */
  restart(): Promise<void>;
  /** SIGSTOP of the postmaster and all its backends: it takes connections, and never answers. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
}

/** `command` is the postmaster's. */
export function controlServer(data: string, command: readonly string[]): ServerControl {
  const postmaster = () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const signal = async (name: NodeJS.Signals): Promise<number[]> => {
    const pids = await family(postmaster());
    for (const pid of pids) send(pid, name); // some backend may just have ended
    return pids;
  };
  return {
    kill: async () => {
      await waitForExit(await signal('SIGKILL'), 10_000);
    },
    stop: async () => {
      const pids = await family(postmaster());
      send(postmaster(), 'SIGINT');
      await waitForExit(pids, 10_000);
    },
    restart: async () => {
      const { uid, gid } = await stat(data);
      const log = openSync(join(data, '..', 'control.log'), 'a');
      spawn(command[0] ?? '', command.slice(1), {
        uid,
        gid,
        cwd: data,
        detached: true,
        stdio: ['ignore', log, log],
      }).unref();
      closeSync(log);
    },
    freeze: async () => void (await signal('SIGSTOP')),
    thaw: async () => void (await signal('SIGCONT')),
  };
}

async function family(postmaster: number): Promise<number[]> {
  const all = await listProcesses();
  return all.filter(({ pid, parent }) => pid === postmaster || parent === postmaster).map(({ pid }) => pid);
}
