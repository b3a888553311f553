import { execFile } from 'node:child_process';
import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect, type BenchConnection } from './connection.js';
import type { Cluster } from './cluster.js';
import type { DatabaseName } from './databases.js';
import { selectOne } from './floor.sql.js';

const run = promisify(execFile);

/** What cold means here: whether the operating system's page cache was dropped too. */
export async function cachesCanBeDropped(wanted: boolean): Promise<boolean> {
  return wanted && (await dropCaches());
}

/** A connection to a server that has none of its pages in its buffers, nor in the page cache if those are dropped. */
export async function connectCold(
  cluster: Cluster,
  database: DatabaseName,
  dropsCaches: boolean,
  signal: AbortSignal,
): Promise<BenchConnection> {
  await cluster.restart();
  if (dropsCaches) await dropCaches();
  const connection = await connect(cluster.urlFor(database), signal);
  await connection.query(selectOne);
  return connection;
}

/** Brings the databases into the page cache, as far as it holds them. */
export async function fillPageCache(folder: string, signal: AbortSignal): Promise<void> {
  const buffer = Buffer.alloc(2 ** 20);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // One that is gone by now is in no cache either.
    const file = await open(join(entry.parentPath, entry.name)).catch(() => null);
    try {
      while (file !== null && (await file.read(buffer, 0, buffer.length)).bytesRead > 0)
        signal.throwIfAborted();
    } finally {
      await file?.close();
    }
  }
}

/** Linux, as root; false where that is not permitted. */
async function dropCaches(): Promise<boolean> {
  try {
    await run('sync');
    await writeFile('/proc/sys/vm/drop_caches', '3');
    return true;
  } catch {
    return false;
  }
}
