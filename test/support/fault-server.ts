import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApp } from './embedded-app.js';

export interface FaultServer {
  /** Superuser's URL of the database `postgres`. */
  url: string;
  /** kill -9 of the postmaster and all its backends. */
  kill(): Promise<void>;
  /** The same server again, on the same port. */
  restart(): void;
  /** SIGSTOP of the postmaster and all its backends: it takes connections, and never answers. */
  freeze(): void;
  thaw(): void;
  remove(): Promise<void>;
}

/** A PostgreSQL server of this test's own, to be hurt. */
export async function startFaultServer(): Promise<FaultServer> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ethhook-away-')));
  chmodSync(folder, 0o755);
  const owner = await startApp({ dataDir: folder });
  const data = join(folder, 'postgres', 'data');
  const postmaster = () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  const command = ps('-o', 'args=', '-p', String(postmaster())).trim().split(/\s+/);
  const signal = (name: NodeJS.Signals) => family(postmaster()).forEach((pid) => process.kill(pid, name));
  return {
    url: owner.url,
    kill: async () => {
      const pids = family(postmaster());
      pids.forEach((pid) => process.kill(pid, 'SIGKILL'));
      while (pids.some(isRunning)) await sleep(10);
    },
    restart: () => {
      const { uid, gid } = statSync(data);
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
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    remove: async () => {
      await owner.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const ps = (...args: string[]) => execFileSync('ps', args, { encoding: 'utf8' });

function family(postmaster: number): number[] {
  const rows = ps('-A', '-o', 'pid=,ppid=')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return rows.filter((pids) => pids.includes(postmaster)).map(([pid = 0]) => pid);
}

function isRunning(pid: number): boolean {
  try {
    return !ps('-o', 'stat=', '-p', String(pid)).startsWith('Z');
  } catch {
    return false;
  }
}
