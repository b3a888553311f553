import { spawn, type ChildProcess } from 'node:child_process';
import { open, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnAs } from './account.js';
import type { ServerBuild } from './build.js';
import { EmbeddedStartError } from './errors.js';
import type { Place } from './place.js';
import { clusterName, findPostmaster, readPostmasterPid, stalePid, type Postmaster } from './postmaster.js';
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

/** Starts the server. Undefined when something else was faster: look again, then start again. */
export async function launch(
  place: Place,
  build: ServerBuild,
  startTimeoutMs: number,
): Promise<Postmaster | undefined> {
  await rotateLog(place.logFile);
  const mark = await markLog(place.logFile);
  const child = await spawnServer(place, build, mark);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `exit code ${code}`}`));
  });
  let end: string | undefined;
  void ended.then((reason) => (end = reason));
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(5)) {
    const found =
      process.platform === 'win32' ? await findPostmaster(place.data) : await readPostmasterPid(place.data);
    if (found && (process.platform === 'win32' || found.pid === child.pid)) return found;
    // On Windows the child is pg_ctl, which ends well once it has started the server.
    if (end !== undefined && !(process.platform === 'win32' && child.exitCode === 0)) {
      const lines = await lastLines(mark);
      if (lostRace.test(lines)) return undefined;
      throw startError(`PostgreSQL did not start: ${end}`, mark.file, lines);
    }
  }
  child.kill('SIGKILL');
  throw startError('PostgreSQL did not start in time', mark.file, await lastLines(mark));
}

export const startError = (what: string, logFile: string, lines: string) =>
  new EmbeddedStartError(`${what}. The end of ${logFile}:\n${lines}`);

async function spawnServer(place: Place, build: ServerBuild, mark: LogMark): Promise<ChildProcess> {
  const port = await freePort();
  const stale = await stalePid(place.data);
  const env = serverEnvironment(stale === undefined ? {} : { PG_GRANDPARENT_PID: stale });
  const options = { ...spawnAs(place.account), cwd: place.home, env, detached: true, windowsHide: true };
  if (process.platform === 'win32') {
    // pg_ctl drops an administrator's rights first: with them PostgreSQL refuses to run.
    const args = ['start', '-W', '-D', place.data, '-l', mark.file, '-o', `-p ${port}`];
    return spawn(build.pgCtl, args, { ...options, stdio: 'ignore' }).on('error', () => undefined);
  }
  const log = await open(mark.file, 'a', 0o600);
  try {
    const args = ['-D', place.data, '-p', String(port), '-c', `cluster_name=${clusterName(place.data)}`];
    // Its own process group (detached): a Ctrl-C must not end the server before the app has ended its requests.
    const child = spawn(build.postgres, args, { ...options, stdio: ['ignore', log.fd, log.fd] });
    child.unref();
    return child.on('error', () => undefined);
  } finally {
    await log.close();
  }
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
