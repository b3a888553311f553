import { spawn, type ChildProcess } from 'node:child_process';
import { open, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnAs } from './account.js';
import type { ServerBuild } from './build.js';
import { EmbeddedStartError } from './errors.js';
import type { Place } from './place.js';
import { clusterName, findPostmaster, readPostmasterPid, type Postmaster } from './postmaster.js';
import { serverEnvironment } from './server-environment.js';

const logLimitBytes = 10 * 1024 * 1024;
const quotedLines = 12;

/** Where the log was when this server started, to quote only its own lines. */
export interface LogMark {
  file: string;
  offset: number;
}

// Another app was faster: it has the lock file, the data's shared memory, or the port.
const lostRace =
  /lock file .* (already exists|is empty)|could not bind|could not create any TCP\/IP sockets|shared memory block .* still in use/;

const endedWell = 'exit code 0';

interface Launch {
  child: ChildProcess;
  /** Why the child ended; undefined while it runs. */
  end?: string;
}

/** Starts the server. Undefined when something else was faster: look again, then start again. */
export async function launch(
  place: Place,
  build: ServerBuild,
  startTimeoutMs: number,
): Promise<Postmaster | undefined> {
  await rotateLog(place.logFile);
  const mark = await markLog(place.logFile);
  const launched = await spawnServer(place, build, mark);
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(5)) {
    const found = await findStarted(place.data, launched.child);
    if (found) return found;
    if (launched.end === undefined) continue;
    const lines = await lastLines(mark);
    if (launched.end === endedWell || lostRace.test(lines)) return undefined; // or another app has ended it already
    throw startError(`PostgreSQL did not start: ${launched.end}`, mark.file, lines);
  }
  launched.child.kill('SIGKILL');
  throw startError('PostgreSQL did not start in time', mark.file, await lastLines(mark));
}

async function findStarted(data: string, child: ChildProcess): Promise<Postmaster | undefined> {
  if (process.platform === 'win32') return findPostmaster(data); // the child is pg_ctl there
  const found = await readPostmasterPid(data);
  return found?.pid === child.pid ? found : undefined;
}

export const startError = (what: string, logFile: string, lines: string) =>
  new EmbeddedStartError(`${what}. The end of ${logFile}:\n${lines}`);

async function spawnServer(place: Place, build: ServerBuild, mark: LogMark): Promise<Launch> {
  const port = await freePort();
  const options = {
    ...spawnAs(place.account),
    cwd: place.home,
    env: serverEnvironment(),
    detached: true,
    windowsHide: true,
  };
  if (process.platform === 'win32') {
    // pg_ctl drops an administrator's rights first: with them PostgreSQL refuses to run.
    const args = ['start', '-D', place.data, '-l', mark.file, '-o', `-p ${port}`];
    return watch(spawn(build.pgCtl, args, { ...options, stdio: 'ignore' }));
  }
  const log = await open(mark.file, 'a', 0o600);
  try {
    const args = ['-D', place.data, '-p', String(port), '-c', `cluster_name=${clusterName(place.data)}`];
    // Its own process group (detached): a Ctrl-C must not end the server before the app has ended its requests.
    return watch(spawn(build.postgres, args, { ...options, stdio: ['ignore', log.fd, log.fd] }));
  } finally {
    await log.close();
  }
}

function watch(child: ChildProcess): Launch {
  const launched: Launch = { child };
  child.once('error', (error) => (launched.end = error.message));
  child.once('exit', (code, signal) => (launched.end = signal ?? `exit code ${code}`));
  child.unref();
  return launched;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function rotateLog(file: string): Promise<void> {
  if ((await markLog(file)).offset > logLimitBytes) await rename(file, `${file}.1`);
}

export async function markLog(file: string): Promise<LogMark> {
  const found = await stat(file).catch(() => undefined);
  return { file, offset: found?.size ?? 0 };
}

/** The last lines that were logged since the mark. */
export async function lastLines({ file, offset }: LogMark): Promise<string> {
  const log = await open(file).catch(() => undefined);
  if (!log) return '(no log)';
  try {
    const { size } = await log.stat();
    const start = Math.max(offset, size - 16 * 1024);
    const { buffer, bytesRead } = await log.read(
      Buffer.alloc(Math.max(size - start, 0)),
      0,
      Math.max(size - start, 0),
      start,
    );
    const lines = buffer.toString('utf8', 0, bytesRead).trim().split('\n');
    return lines.slice(-quotedLines).join('\n');
  } finally {
    await log.close();
  }
}
