import { EmbeddedInUseError } from './errors.js';
import { liveOwner } from './owner.js';
import { findPostmaster, orphansNow, readPidFile } from './postmaster.js';
import { waitForExit } from './processes.js';
import { removeStalePidFile } from './stale-pid-file.js';
import { endProcesses, impatient, shutDown } from './shutdown.js';

/** Backends notice within milliseconds that their postmaster died, unless they are frozen. */
const orphanGraceMs = 2000;

/** Throws when the app that claimed the server last still lives: its server must be left alone. */
export async function refuseLiveOwner(dataDir: string): Promise<void> {
  const owner = await liveOwner(dataDir);
  if (owner) throw new EmbeddedInUseError(dataDir, owner.pid);
}

/** Ends the server that an app left over this data, and the backends that a killed server left. */
export async function endLeftover(data: string): Promise<void> {
  const postmaster = await findPostmaster(data);
  if (postmaster) await shutDown({ pid: postmaster.pid, data }, impatient);
  else if ((await readPidFile(data)) !== undefined) await clearCrashed(data);
}

/** The last server was killed: no longer in the way are its backends, then its pid file. */
async function clearCrashed(data: string): Promise<void> {
  await endOrphans(data);
  await removeStalePidFile(data);
}

async function endOrphans(data: string): Promise<void> {
  const orphans = await orphansNow(data);
  if (!(await waitForExit(orphans, orphanGraceMs))) await endProcesses(orphans, impatient.killMs);
}
