import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './errors.js';
import { describeProcess, isRunning, listProcesses, type ProcessInfo } from './processes.js';

/** What a running server writes into its postmaster.pid. */
export interface Postmaster {
  pid: number;
  port: number;
  status: string;
}

/** Undefined while the server has not got as far as its port, or when the text is no postmaster.pid. */
export function parsePostmasterPid(text: string): Postmaster | undefined {
  const [pid, , , port, , , , status] = text.split('\n').map((line) => line.trim());
  const parsed = { pid: Math.abs(Number(pid)), port: Number(port), status: status ?? '' };
  return parsed.pid > 0 && parsed.port > 0 ? parsed : undefined;
}

export async function readPostmasterPid(data: string): Promise<Postmaster | undefined> {
  return parsePostmasterPid((await readPidFile(data)) ?? '');
}

export const pidFile = (data: string) => join(data, 'postmaster.pid');

export const readPidFile = (data: string) =>
  readFile(pidFile(data), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });

/** Part of the title of every process of the server over this data, so that they are found among all. */
export const clusterName = (data: string) =>
  `ethhook-${createHash('sha256').update(data).digest('hex').slice(0, 12)}`;

const isPostmaster = (p: ProcessInfo, data: string) => p.command.includes(`postgres -D ${data} `);
const isBackend = (p: ProcessInfo, data: string) => p.command.startsWith(`postgres: ${clusterName(data)}: `);

/** The postmaster's other processes. */
export function backendsOf(
  processes: readonly ProcessInfo[],
  data: string,
  postmaster: number,
): ProcessInfo[] {
  return processes.filter((p) => p.parent === postmaster && (isBackend(p, data) || isPostmaster(p, data)));
}

/** Backends that outlived their postmaster: their shared memory keeps a new server from starting. */
export function orphanedBackends(processes: readonly ProcessInfo[], data: string): ProcessInfo[] {
  const postmasters = new Set(processes.filter((p) => isPostmaster(p, data)).map((p) => p.pid));
  return processes.filter((p) => isBackend(p, data) && !postmasters.has(p.parent));
}

/** The server that runs over the data now. A file left by a dead one whose pid another process got is none. */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  const postmaster = await readPostmasterPid(data);
  return postmaster && (await isPostmasterOf(data, postmaster.pid)) ? postmaster : undefined;
}

/** Whether the process is the server over the data. */
export async function isPostmasterOf(data: string, pid: number): Promise<boolean> {
  if (process.platform === 'win32') return hasSignalPipe(pid);
  const found = await describeProcess(pid);
  return found !== undefined && isPostmaster(found, data);
}

/** On Windows only PostgreSQL's processes have such a pipe; it stands for signals there. */
async function hasSignalPipe(pid: number): Promise<boolean> {
  const pipes = await readdir('\\\\.\\pipe\\').catch(() => undefined);
  return pipes ? pipes.includes(`pgsignal_${pid}`) : isRunning(pid);
}

export const backendsNow = async (data: string, postmaster: number) =>
  backendsOf(await listProcesses(), data, postmaster).map((p) => p.pid);

export const orphansNow = async (data: string) =>
  orphanedBackends(await listProcesses(), data).map((p) => p.pid);
