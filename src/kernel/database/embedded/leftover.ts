import { EmbeddedInUseError } from './errors.js';
import { liveOwner } from './owner.js';
import { findPostmaster, orphansNow, stalePid } from './postmaster.js';
import { waitForExit } from './processes.js';
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
  else await endOrphans(data);
}

async function endOrphans(data: string): Promise<void> {
  if ((await stalePid(data)) === undefined) return; // the last server ended as it should
  const orphans = await orphansNow(data);
  if (!(await waitForExit(orphans, orphanGraceMs))) await endProcesses(orphans, impatient.killMs);
}
