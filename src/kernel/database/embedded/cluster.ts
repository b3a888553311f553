import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, chown, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { spawnAs } from './account.js';
import type { ServerBuild } from './build.js';
import { EmbeddedStartError, hasCode, wayOut } from './errors.js';
import type { Place } from './place.js';
import { serverEnvironment } from './server-environment.js';
import { settingsFile } from './server-settings.js';
import { superuser } from './session.js';

const run = promisify(execFile);
const settingsName = 'ethhook.conf';
const hourMs = 3_600_000;

/** The data's PostgreSQL version, or undefined when there is no data yet. */
export async function dataMajor(data: string): Promise<number | undefined> {
  try {
    return parseInt(await readFile(join(data, 'PG_VERSION'), 'utf8'), 10);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Creates the data when there is none. Two apps that do so at once end up with the same. */
export async function ensureData(
  place: Place,
  build: ServerBuild,
  password: string,
  durable: boolean,
): Promise<void> {
  const major = (await dataMajor(place.data)) ?? (await createData(place, build, password, durable));
  if (major !== build.major)
    throw new EmbeddedStartError(
      `The data in ${place.data} was written by PostgreSQL ${major}, and this is PostgreSQL ${build.major}. ` +
        `Move the folder away to start with an empty database, or run it with its own version. ${wayOut}`,
    );
}

async function createData(
  place: Place,
  build: ServerBuild,
  password: string,
  durable: boolean,
): Promise<number> {
  await removeRemnants(place.home);
  const temporary = join(place.home, `initdb-${randomBytes(6).toString('hex')}`);
  const passwordFile = `${temporary}.password`;
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
    if (place.account) await chown(passwordFile, place.account.uid, place.account.gid);
    await runInitdb(place, build, [`--pgdata=${temporary}`, `--pwfile=${passwordFile}`], durable);
    await appendFile(join(temporary, 'postgresql.conf'), `\ninclude_if_exists = '${settingsName}'\n`);
    await publish(temporary, place.data);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(temporary, { recursive: true, force: true });
  }
  return (await dataMajor(place.data)) ?? build.major;
}

async function runInitdb(
  place: Place,
  build: ServerBuild,
  folders: string[],
  durable: boolean,
): Promise<void> {
  // Same order (by bytes) and the same letters on every platform; the builtin provider came with 17.
  const locale = build.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
  const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', ...locale, '--data-checksums'];
  const sync = durable ? [] : ['--no-sync'];
  try {
    await run(build.initdb, [`--username=${superuser}`, ...folders, ...options, ...sync], {
      ...spawnAs(place.account),
      cwd: place.home,
      env: serverEnvironment(),
    });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new EmbeddedStartError(`initdb failed: ${stderr?.trim() || message}. ${wayOut}`);
  }
}

async function publish(temporary: string, data: string): Promise<void> {
  try {
    await rename(temporary, data);
  } catch (error) {
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST', 'EPERM') || (await dataMajor(data)) === undefined) throw error;
  }
}

/** What an initdb that was killed left behind; a younger one may be another app's that starts now. */
async function removeRemnants(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    const path = join(home, name);
    if (!name.startsWith('initdb-')) continue;
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > hourMs) await rm(path, { recursive: true, force: true });
  }
}

/** Puts the settings into the data folder; the server reads them when it starts. */
export async function writeSettings(place: Place, settings: Record<string, string>): Promise<void> {
  const path = join(place.data, settingsName);
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(temporary, settingsFile(settings), { mode: 0o600 });
  if (place.account) await chown(temporary, place.account.uid, place.account.gid);
  await rename(temporary, path);
}
