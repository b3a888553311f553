import { readFileSync, statfsSync, statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** The machine that PostgreSQL runs on, as far as it can be seen from here; null: it cannot. */
export interface DatabaseHost {
  ramBytes: number | null;
  cpus: number | null;
  storage: 'ssd' | 'hdd' | null;
  diskBytes: number | null;
  /** Where each is from, for a person. */
  sources: { ram: string; cpus: string; storage: string };
}

interface Where {
  /** Of the backend that serves us, as PostgreSQL knows it. */
  backendPid: number;
  /** null: this role may not know it. */
  dataDirectory: string | null;
  /** A folder that stands for `/`, for a test. */
  root?: string;
}

const UNSEEN: DatabaseHost = {
  ...{ ramBytes: null, cpus: null, storage: null, diskBytes: null },
  sources: {
    ram: 'PostgreSQL runs on another machine or in another container',
    cpus: 'PostgreSQL runs on another machine or in another container',
    storage: 'PostgreSQL runs on another machine or in another container',
  },
};

/** The limits of the server's own cgroups, which need not be ours, then the machine's. */
export function readDatabaseHost({ backendPid, dataDirectory, root = '' }: Where): DatabaseHost {
  // Not by path.join, which would take `..` off before the symlink in front of it is followed.
  const read = (...path: string[]) => readText([root, ...path].join('/'));
  // Proves that it runs here: its address may be that of a port that leads elsewhere.
  if (!/^postgres:/.test(read('proc', String(backendPid), 'cmdline') ?? '')) return UNSEEN;
  const folders = cgroupFolders(read('proc', String(backendPid), 'cgroup') ?? '');
  const limits = folders.flatMap((folder) => memoryLimits(read, folder));
  const quotas = folders.flatMap((folder) => cpuQuotas(read, folder));
  const [limit, quota] = [Math.min(...limits), Math.min(...quotas)];
  const [ram, cpus] = [totalmem(), availableParallelism()];
  const disk = dataDirectory === null ? null : readDisk(dataDirectory, read);
  return {
    ramBytes: Math.min(limit, ram),
    cpus: Math.max(1, Math.min(Math.floor(quota), cpus)),
    storage: disk?.storage ?? null,
    diskBytes: disk?.bytes ?? null,
    sources: {
      ram: limit < ram ? "the cgroup of PostgreSQL's process" : "the machine's RAM",
      cpus: quota < cpus ? "the cgroup of PostgreSQL's process" : "the machine's CPUs",
      storage: disk?.source ?? 'the block device cannot be seen',
    },
  };
}

type Read = (...path: string[]) => string | null;

/** Of v2 (`0::/a/b`) and v1 (`4:memory:/a/b`), with those that they are in: the least limit of them holds. */
function cgroupFolders(text: string): string[][] {
  return text.split('\n').flatMap((line) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === '') return [];
    const parts = path.split('/').filter((part) => part !== '' && part !== '..');
    const base = ['sys', 'fs', 'cgroup', ...(controllers === '' ? [] : [controllers])];
    return Array.from({ length: parts.length + 1 }, (_, depth) => [...base, ...parts.slice(0, depth)]);
  });
}

/** v1 writes a number near 2^63 where there is none. */
const memoryLimits = (read: Read, folder: readonly string[]): number[] =>
  ['memory.max', 'memory.limit_in_bytes']
    .map((file) => Number(read(...folder, file) ?? NaN))
    .filter((bytes) => bytes > 0);

function cpuQuotas(read: Read, folder: readonly string[]): number[] {
  const [quota, period] =
    read(...folder, 'cpu.max')?.split(' ') ??
    ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((file) => read(...folder, file) ?? '');
  const cpus = Number(quota) / Number(period);
  return cpus > 0 ? [cpus] : [];
}

interface Disk {
  storage: 'ssd' | 'hdd' | null;
  source: string;
  bytes: number;
}

function readDisk(folder: string, read: Read): Disk | null {
  try {
    const { dev } = statSync(folder);
    const { bsize, blocks } = statfsSync(folder);
    const device = ['sys', 'dev', 'block', `${major(dev)}:${minor(dev)}`];
    // A partition has no queue of its own.
    const flag = read(...device, 'queue', 'rotational') ?? read(...device, '..', 'queue', 'rotational');
    const found = { source: 'the block device of the data folder', bytes: bsize * blocks };
    if (flag?.trim() === '0') return { ...found, storage: 'ssd' };
    // virtio's and Xen's call themselves rotational, whatever is behind them.
    if (/^DEVNAME=x?vd/m.test(read(...device, 'uevent') ?? ''))
      return { ...found, storage: null, source: 'a virtual disk does not tell what is behind it' };
    if (flag === null) return { ...found, storage: null, source: 'the block device cannot be seen' };
    return { ...found, storage: 'hdd' };
  } catch {
    return null;
  }
}

// As Linux packs them into st_dev.
const major = (dev: number) => Math.floor(dev / 256) % 4096;
const minor = (dev: number) => (dev % 256) + Math.floor(dev / 2 ** 20) * 256;

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
