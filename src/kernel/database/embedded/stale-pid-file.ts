import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from './errors.js';
import { isPostmasterOf, parsePostmasterPid, pidFile, readPidFile } from './postmaster.js';

/**
 * Removes the pid file of a server that was killed. PostgreSQL does so itself, but not when a process of the same
 * user has got that pid meanwhile, and when two servers start at once one may delete the file of the other.
 */
export async function removeStalePidFile(data: string): Promise<void> {
  const text = await readPidFile(data);
  if (text === undefined || !(await isStale(data, text))) return;
  const path = pidFile(data);
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return; // another app has just done it
    throw error;
  }
  // Another app has done it and started a server, all since the file was read: this is that one's.
  if ((await readFile(aside, 'utf8')) !== text) await putBack(aside, path);
  await rm(aside, { force: true });
}

async function isStale(data: string, text: string): Promise<boolean> {
  const postmaster = parsePostmasterPid(text);
  if (postmaster) return !(await isPostmasterOf(data, postmaster.pid));
  // Unfinished for an instant while a server starts; for longer only after a crash or on a full disk.
  const found = await stat(pidFile(data)).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > 1000;
}

/** Its place may be taken for some ms, by a server that then ends because of the first one's shared memory. */
async function putBack(aside: string, path: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      return await link(aside, path);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) return rename(aside, path); // a file system without hard links
      await sleep(20);
    }
  }
}
