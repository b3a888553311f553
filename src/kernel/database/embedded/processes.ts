import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ProcessInfo {
  pid: number;
  parent: number;
  /** With the pid it names one process: pids are used again. */
  started: string;
  /** Dead, and not yet fetched by its parent. */
  zombie: boolean;
  command: string;
}

/** One process of Linux, from /proc/<pid>/stat and /proc/<pid>/cmdline. */
export function parseProc(pid: number, stat: string, cmdline: string): ProcessInfo {
  // The name in the second field may hold blanks and parentheses; the rest starts behind its last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    parent: Number(fields[1]),
    started: fields[19] ?? '',
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    command: cmdline.replace(/\0+$/, '').replaceAll('\0', ' '),
  };
}

/** Lines of `ps -o pid=,ppid=,stat=,lstart=,command=`; lstart is five words. */
export function parsePs(output: string): ProcessInfo[] {
  const line = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*?)\s*$/;
  return output.split('\n').flatMap((text) => {
    const [, pid, parent, state = '', started = '', command = ''] = line.exec(text) ?? [];
    return pid === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), started, zombie: state.startsWith('Z'), command }];
  });
}

async function fromProc(pid: number): Promise<ProcessInfo | undefined> {
  try {
    const [stat, cmdline] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    return parseProc(pid, stat, cmdline);
  } catch {
    return undefined; // ended meanwhile, or hidden from this user
  }
}

const psFormat = ['-ww', '-o', 'pid=,ppid=,stat=,lstart=,command='];
const fromPs = (...selection: string[]) =>
  run('ps', [...psFormat, ...selection], { env: { ...process.env, LC_ALL: 'C' } }).then(
    ({ stdout }) => parsePs(stdout),
    () => [], // ps fails when it finds none
  );

/** Undefined when there is no such live process (or on Windows, where nothing needs to know). */
export async function describeProcess(pid: number): Promise<ProcessInfo | undefined> {
  const found =
    process.platform === 'linux'
      ? await fromProc(pid)
      : process.platform === 'win32'
        ? undefined
        : (await fromPs('-p', String(pid)))[0];
  return found?.zombie ? undefined : found;
}

/** All live processes that this user may see; none on Windows. */
export async function listProcesses(): Promise<ProcessInfo[]> {
  if (process.platform === 'win32') return [];
  if (process.platform !== 'linux') return (await fromPs('-A')).filter((p) => !p.zombie);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(fromProc));
  return found.filter((p) => p !== undefined).filter((p) => !p.zombie);
}

/** Sends the signal; false when there is no such process (any more). */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A zombie counts as gone: under a pid 1 that fetches no orphans it stays one for ever. */
export async function isRunning(pid: number): Promise<boolean> {
  if (!signal(pid, 0)) return false;
  return process.platform !== 'linux' || (await describeProcess(pid)) !== undefined;
}

/** Waits until all are gone; false when some are still there after `timeoutMs`. */
export async function waitForExit(pids: readonly number[], timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const running = await Promise.all(pids.map(isRunning));
    if (!running.includes(true)) return true;
    if (Date.now() >= deadline) return false;
    await sleep(10);
  }
}
