import { statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

export interface Machine {
  /** What this process may use: the cgroup's limit where there is one. */
  memoryBytes: number;
  cpus: number;
  platform: NodeJS.Platform;
  /** Size of /dev/shm; undefined where there is none. */
  sharedMemoryBytes?: number;
}

const MB = 1024 * 1024;
const megabytes = (bytes: number, min: number, max: number) =>
  `${Math.round(Math.min(Math.max(bytes / MB, min), max))}MB`;

/** Settings of the embedded server. It shares the machine with the developer's other work: about an eighth of it. */
export function settingsFor(machine: Machine): Record<string, string> {
  const { memoryBytes, cpus } = machine;
  return {
    max_connections: '120', // the pool (50), its replica's twin, tools, and what a restart overlaps
    shared_buffers: megabytes(memoryBytes / 8, 32, 1024), // the rest of the data sits in the kernel's page cache
    effective_cache_size: megabytes(memoryBytes / 2, 128, 64 * 1024), // an estimate only, allocates nothing
    // 50 busy connections with one sort each stay below a tenth of the memory.
    work_mem: megabytes(memoryBytes / 512, 4, 32),
    maintenance_work_mem: megabytes(memoryBytes / 32, 16, 512), // index builds of the demo: one or two at once
    max_wal_size: megabytes(memoryBytes / 8, 512, 2048), // loading the demo data checkpoints on time, not on size
    max_worker_processes: String(Math.max(8, cpus)),
    max_parallel_workers: String(cpus),
    max_parallel_workers_per_gather: String(Math.min(Math.max(Math.floor(cpus / 2), 1), 4)), // one query never takes all CPUs
    random_page_cost: '1.1', // flash, or all in memory
    jit: 'off', // compiling costs some 10 ms on nearly every short query
    wal_level: 'replica', // a streaming replica can be attached to try the replica pool
    shared_preload_libraries: 'pg_stat_statements',
    'pg_stat_statements.track': 'all',
    'pg_stat_statements.max': '10000',
    track_io_timing: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%u@%d ',
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // a socket's path may exceed the 107 bytes that the kernel allows
    ...(machine.platform === 'linux' ? linuxSettings(machine) : {}),
  };
}

function linuxSettings({ sharedMemoryBytes }: Machine): Record<string, string> {
  return {
    effective_io_concurrency: '200', // flash; needs posix_fadvise, which macOS and Windows lack
    // Ends the statements of an app that was killed, with the locks that they hold.
    client_connection_check_interval: '2s',
    // A container's /dev/shm of 64 MB is too small for one parallel hash join; System V segments do not live there.
    ...((sharedMemoryBytes ?? 0) < 256 * MB ? { dynamic_shared_memory_type: 'sysv' } : {}),
  };
}

/** Reads the machine that this process runs on. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory(); // 0 or about 2^64 where no cgroup limits it
  const shared = sharedMemoryBytes();
  return {
    memoryBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    cpus: availableParallelism(),
    platform: process.platform,
    ...(shared === undefined ? {} : { sharedMemoryBytes: shared }),
  };
}

function sharedMemoryBytes(): number | undefined {
  try {
    const { bsize, blocks } = statfsSync('/dev/shm');
    return bsize * blocks;
  } catch {
    return undefined;
  }
}

/** The settings as a postgresql.conf file. */
export function settingsFile(settings: Record<string, string>): string {
  const lines = Object.entries(settings).map(([name, value]) => {
    if (!/^[a-z_][a-z0-9_.]*$/i.test(name)) throw new TypeError(`Not the name of a setting: ${name}`);
    return `${name} = '${value.replace(/\\/g, '\\\\').replace(/'/g, "''").replace(/\n/g, ' ')}'`;
  });
  return [
    '# Written anew at each start. Your own settings: postgresql.conf below its include, or ALTER SYSTEM.',
    ...lines,
    '',
  ].join('\n');
}
