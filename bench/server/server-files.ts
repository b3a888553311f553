import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { serverAccount, spawnAs, type Account } from '../../src/kernel/database/embedded/account.js';
import { locatePackage, usableBuild } from '../../src/kernel/database/embedded/build.js';
import { serverEnvironment } from '../../src/kernel/database/embedded/server-environment.js';

const run = promisify(execFile);
const DEBIAN_BUILDS = '/usr/lib/postgresql';
/** Instead of a folder. */
const EMBEDDED = 'embedded';

/** A stopped server: its data, and the account and programs that run it. */
export interface ServerFiles {
  /** Holds data/, password and log. */
  home: string;
  bin: string;
  /** Undefined when the bench itself does not run as root. */
  account: Account | undefined;
}

/** The folder is new or empty, and belongs to the account that PostgreSQL runs as. */
export async function createHome(
  dataDir: string | undefined,
  pgBin: string | undefined,
): Promise<ServerFiles> {
  const home =
    dataDir === undefined ? await mkdtemp(join(tmpdir(), 'ethhook-bench-')) : await emptyFolder(dataDir);
  const account = await serverAccount(home);
  if (account) await chown(home, account.uid, account.gid);
  await chmod(home, 0o700);
  return { home, account, bin: await programsFor(home, account, pgBin) };
}

/** A folder that createHome made and createCluster filled. */
export async function openHome(folder: string, pgBin: string | undefined): Promise<ServerFiles> {
  const home = resolve(folder);
  const account = await serverAccount(home);
  return { home, account, bin: await programsFor(home, account, pgBin) };
}

/** initdb with its default settings. */
export async function createCluster(files: ServerFiles): Promise<void> {
  const password = join(files.home, 'password');
  await writeFile(password, randomBytes(12).toString('hex'), { mode: 0o600 });
  if (files.account) await chown(password, files.account.uid, files.account.gid);
  await runProgram(files, 'initdb', [
    `--pgdata=${join(files.home, 'data')}`,
    '--username=ethhook',
    '--encoding=UTF8',
    '--locale=C',
    '--auth=scram-sha-256',
    `--pwfile=${password}`,
  ]);
}

/** Throws with what the program said. */
export async function runProgram(files: ServerFiles, program: string, args: string[]): Promise<void> {
  try {
    await run(join(files.bin, program), args, {
      ...spawnAs(files.account),
      cwd: files.home,
      env: serverEnvironment(),
    });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`${program} failed: ${stderr?.trim() || message}`, { cause: error });
  }
}

/** With owners, modes and times as they are. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await mkdir(dirname(resolve(to)), { recursive: true });
  await run('cp', ['-a', from, to]);
}

export const removeFolder = (path: string) => rm(path, { recursive: true, force: true });

async function emptyFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  if ((await readdir(path)).length > 0) throw new Error(`${path} is not empty`);
  return resolve(path);
}

async function programsFor(home: string, account: Account | undefined, pgBin: string | undefined) {
  const found = pgBin === undefined ? await newestBuild() : pgBin === EMBEDDED ? undefined : pgBin;
  return found ?? embeddedBuild(home, account);
}

async function newestBuild(): Promise<string | undefined> {
  const versions = await readdir(DEBIAN_BUILDS).catch((): string[] => []);
  for (const version of versions.sort((a, b) => Number(b) - Number(a))) {
    const bin = join(DEBIAN_BUILDS, version, 'bin');
    if ((await readdir(bin).catch((): string[] => [])).includes('initdb')) return bin;
  }
  return undefined;
}

async function embeddedBuild(home: string, account: Account | undefined): Promise<string> {
  const place = { dataDir: home, home, data: join(home, 'data'), logFile: join(home, 'log') };
  const build = await usableBuild(await locatePackage(), account ? { ...place, account } : place);
  return dirname(build.initdb);
}
