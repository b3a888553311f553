import { createHash } from 'node:crypto';
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { mayTraverse, serverAccount, type Account } from './account.js';
import { EmbeddedStartError, hasCode, wayOut } from './errors.js';
import { endLeftover, refuseLiveOwner } from './leftover.js';

/** Where the server lives. */
export interface Place {
  /** Real path of the app's data folder: secrets, log, owner file. */
  dataDir: string;
  /** The server's own folder, readable by its account: data and, when needed, a copy of the binaries. */
  home: string;
  data: string;
  logFile: string;
  account?: Account;
}

// Outside every home folder, and kept over reboots.
const systemHomes = '/var/lib/ethhook-admin';

/** Creates the folders; moves existing data when the server's account cannot reach it. */
export async function preparePlace(dataDir: string): Promise<Place> {
  await mkdir(dataDir, { recursive: true });
  const real = await realpath(dataDir);
  const link = join(real, 'postgres');
  const account = await serverAccount(join(link, 'data'));
  if (account && !(await reachable(dirname(await homeBehind(link)), account))) await relocate(link, real);
  const home = await homeBehind(link);
  await createHome(home, account);
  const realHome = await realpath(home);
  return {
    dataDir: real,
    home: realHome,
    data: join(realHome, 'data'),
    logFile: join(real, 'postgres.log'),
    ...(account ? { account } : {}),
  };
}

/** The path behind the symlink, which may not exist yet, or the path itself. */
async function homeBehind(link: string): Promise<string> {
  try {
    return resolve(dirname(link), await readlink(link));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EINVAL', 'UNKNOWN')) return link; // nothing there, or no symlink
    throw error;
  }
}

async function reachable(folder: string, account: Account): Promise<boolean> {
  const found = await stat(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined; // will be created with o+x
    throw error;
  });
  if (found && !mayTraverse(found, account)) return false;
  return dirname(folder) === folder || reachable(dirname(folder), account);
}

/** Leaves a symlink at `link` to a home under /var/lib, with the data that was at `link`. */
async function relocate(link: string, real: string): Promise<void> {
  const home = join(systemHomes, createHash('sha256').update(real).digest('hex').slice(0, 12));
  if (await mkdir(systemHomes, { recursive: true })) await chmod(systemHomes, 0o755); // whatever the umask
  const existing = await lstat(link).catch(() => undefined);
  if (existing?.isSymbolicLink())
    throw new EmbeddedStartError(
      `${link} leads to a folder that the account PostgreSQL runs as cannot reach. ${wayOut}`,
    );
  if (existing) {
    await refuseLiveOwner(real);
    await endLeftover(join(link, 'data'));
  }
  // No link led there: the data folder that it belonged to was deleted. Kept once more, in case by mistake.
  await setAside(home);
  if (existing) await move(link, home);
  await symlink(home, link, 'dir').catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error; // another app that starts at the same instant made it
  });
}

async function setAside(home: string): Promise<void> {
  if (!(await lstat(home).catch(() => undefined))) return;
  await rm(`${home}.old`, { recursive: true, force: true });
  await rename(home, `${home}.old`);
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    await cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    await rm(from, { recursive: true });
  }
}

async function createHome(home: string, account: Account | undefined): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const { uid } = await stat(home);
  if (account) {
    const data = await stat(join(home, 'data')).catch(() => undefined);
    if (uid !== account.uid || (data && data.uid !== account.uid)) await chownAll(home, account);
  } else if (process.getuid && uid !== process.getuid()) {
    throw new EmbeddedStartError(
      `${home} belongs to the user with uid ${uid}: the app was started as another user, or as root, before. ` +
        `Start it as that user (or root) again, change the owner, or delete the folder. ${wayOut}`,
    );
  }
}

async function chownAll(path: string, account: Account): Promise<void> {
  if ((await lstat(path)).isSymbolicLink()) return;
  if ((await stat(path)).isDirectory())
    for (const name of await readdir(path)) await chownAll(join(path, name), account);
  await chown(path, account.uid, account.gid);
}
