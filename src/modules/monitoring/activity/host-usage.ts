import { readdirSync, readFileSync } from 'node:fs';

/** What PostgreSQL's processes have used, and use. */
export interface HostUsage {
  /** Of the postmaster: usage of another one is no continuation. */
  server: string;
  /** Of all its processes, those that have ended too. */
  cpuSeconds: number;
  memoryBytes: number;
}

interface Where {
  /** Of a backend of ours, as PostgreSQL knows it. */
  backendPid: number;
  user: string;
  database: string;
  /** A folder that stands for `/`, for a test. */
  root?: string;
}

/** As Linux counts for programs, on every architecture: USER_HZ. */
const TICKS_PER_SECOND = 100;

/**
 * From /proc, where PostgreSQL runs beside us; null: it does not, or its processes are not ours to see. Reads two small files
 * of each process. Memory is what each has for itself, and once what they share: as much of it as the one has touched that has
 * touched most. PSS would be exact, and costs a walk of all page tables.
 */
export function readHostUsage({ backendPid, user, database, root = '' }: Where): HostUsage | null {
  const read = (pid: number | string, file: string) => readText(`${root}/proc/${pid}/${file}`);
  // A process of another machine may have the same pid; not the same title as well.
  const title = read(backendPid, 'cmdline') ?? '';
  const backend = parseStat(read(backendPid, 'stat'));
  if (!title.startsWith('postgres:') || !title.includes(` ${user} ${database} `) || backend === null)
    return null;
  const postmaster = parseStat(read(backend.parent, 'stat'));
  if (postmaster === null) return null;
  let ticks = postmaster.ticks + postmaster.ticksOfEnded;
  const memory = [parseMemory(read(backend.parent, 'status'))];
  for (const pid of childrenOf(backend.parent, read, root)) {
    // It may have ended: then its ticks are the postmaster's by the next time.
    ticks += parseStat(read(pid, 'stat'))?.ticks ?? 0;
    memory.push(parseMemory(read(pid, 'status')));
  }
  return {
    server: `${backend.parent} ${postmaster.started}`,
    cpuSeconds: ticks / TICKS_PER_SECOND,
    memoryBytes:
      sum(memory.map(({ own }) => own)) +
      Math.max(...memory.map(({ shared }) => shared)) +
      Math.max(...memory.map(({ files }) => files)),
  };
}

type Read = (pid: number | string, file: string) => string | null;

function parseStat(text: string | null) {
  if (text === null) return null;
  // The name in the second field may hold blanks and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (index: number) => Number(fields[index - 3] ?? NaN);
  return { parent: at(4), ticks: at(14) + at(15), ticksOfEnded: at(16) + at(17), started: fields[19] ?? '' };
}

function parseMemory(text: string | null) {
  const bytes = (name: string) =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text ?? '')?.[1] ?? 0);
  return { own: bytes('RssAnon'), shared: bytes('RssShmem'), files: bytes('RssFile') };
}

/** Kernels without /proc/<pid>/task/<pid>/children are asked for all processes. */
function childrenOf(parent: number, read: Read, root: string): number[] {
  const told = read(parent, `task/${parent}/children`);
  if (told !== null) return told.split(' ').filter(Boolean).map(Number);
  return readdirSync(`${root}/proc`)
    .filter((name) => /^\d+$/.test(name) && parseStat(read(name, 'stat'))?.parent === parent)
    .map(Number);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
