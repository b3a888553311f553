import { spawn } from 'node:child_process';
import { chmodSync, closeSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  describeProcess,
  listProcesses,
  signal as send,
  waitForExit,
} from '../../src/kernel/database/embedded/processes.js';
import { startApp } from './embedded-app.js';

export interface FaultServer {
  /** Superuser's URL of the database `postgres`. */
  url: string;
  /** kill -9 of the postmaster and all its backends. */
  kill(): Promise<void>;
  /** The same server again, on the same port. */
  restart(): Promise<void>;
  /** SIGSTOP of the postmaster and all its backends: it takes connections, and never answers. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  remove(): Promise<void>;
}

/** A PostgreSQL server of this test's own, to be hurt. */
export async function startFaultServer(): Promise<FaultServer> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ethhook-away-')));
  chmodSync(folder, 0o755);
  const packageDir = process.env.TEST_PG_PACKAGE_DIR;
  const owner = await startApp({ dataDir: folder, ...(packageDir ? { packageDir } : {}) });
  const data = join(folder, 'postgres', 'data');
  const postmaster = () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const command = (await describeProcess(postmaster()))?.command.split(' ') ?? [];
  const signal = async (name: NodeJS.Signals): Promise<number[]> => {
    const pids = await family(postmaster());
    for (const pid of pids) send(pid, name); // some backend may just have ended
    return pids;
  };
  return {
    url: owner.url,
    kill: async () => {
      await waitForExit(await signal('SIGKILL'), 10_000);
    },
    restart: async () => {
      const { uid, gid } = await stat(data);
      const log = openSync(join(folder, 'postgres.log'), 'a');
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
    remove: async () => {
      await owner.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function family(postmaster: number): Promise<number[]> {
  const all = await listProcesses();
  return all.filter(({ pid, parent }) => pid === postmaster || parent === postmaster).map(({ pid }) => pid);
}
