import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { locatePackage } from '../../src/kernel/database/embedded/build.js';
import { runningEmbeddedUrl } from '../../src/kernel/database/embedded/index.js';
import { listProcesses, signal } from '../../src/kernel/database/embedded/processes.js';
import { startApp, type AppOptions, type EmbeddedApp } from '../support/embedded-app.js';

jest.setTimeout(60_000);

let dataDir: string;
const started: EmbeddedApp[] = [];

const start = async (options: Partial<AppOptions> = {}) => {
  const app = await startApp({ dataDir, ...options });
  started.push(app);
  return app;
};

async function query(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

const write = (url: string, note: string) =>
  query(url, 'CREATE TABLE IF NOT EXISTS notes (note text)').then(() =>
    query(url, 'INSERT INTO notes (note) VALUES ($1)', [note]),
  );
const notes = async (url: string) => (await query(url, 'SELECT note FROM notes')).map((row) => row['note']);

const pidFile = () => join(dataDir, 'postgres', 'data', 'postmaster.pid');
const postmasterPid = () => Number(readFileSync(pidFile(), 'utf8').split('\n')[0]);

/** The postmaster first, then its children. */
async function serverPids(postmaster = postmasterPid()): Promise<number[]> {
  const children = (await listProcesses()).filter(({ parent }) => parent === postmaster);
  return [postmaster, ...children.map(({ pid }) => pid)];
}

const alive = async (pids: number[]) =>
  (await listProcesses()).map(({ pid }) => pid).filter((pid) => pids.includes(pid));

function signalAll(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) signal(pid, name); // some backend may just have ended
}

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ethhook-fault-')));
  chmodSync(folder, 0o755); // root's server runs as another user, who would be given a folder elsewhere
  return folder;
}

let pristine: string;

beforeAll(async () => {
  pristine = newFolder();
  await (await startApp({ dataDir: pristine })).stop();
});

beforeEach(() => {
  dataDir = newFolder();
  execFileSync('cp', ['-a', `${pristine}/.`, dataDir]); // initdb takes a second
});

afterAll(() => rm(pristine, { recursive: true }));

afterEach(async () => {
  for (const app of started.splice(0)) await app.kill();
  const left = existsSync(pidFile()) ? await serverPids() : [];
  signalAll(left, 'SIGCONT');
  signalAll(left.slice(0, 1), 'SIGQUIT'); // ends at once, but unlike SIGKILL gives its shared memory back
  while ((await alive(left)).length > 0) await sleep(10);
  const home = join(dataDir, 'postgres');
  if (existsSync(home)) await rm(realpathSync(home), { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
});

test('stop leaves no process and no pid file, and the next start finds the data', async () => {
  const first = await start();
  await write(first.url, 'kept');
  const pids = await serverPids();
  expect(pids.length).toBeGreaterThan(3);
  await first.stop();
  expect(await alive(pids)).toEqual([]);
  expect(existsSync(pidFile())).toBe(false);

  const second = await start();
  expect(second.takenOver).toBe(false);
  expect(await notes(second.url)).toEqual(['kept']);
});

test('after kill -9 of the app the next start takes its server over, with all data', async () => {
  const first = await start();
  await write(first.url, 'before the kill');
  const server = postmasterPid();
  await first.kill();

  const second = await start();
  expect(second.takenOver).toBe(true);
  expect(postmasterPid()).toBe(server);
  expect(await notes(second.url)).toEqual(['before the kill']);
  await second.stop();
  expect(await alive([server])).toEqual([]);
});

test('a second app is refused and leaves the first its server', async () => {
  const first = await start();
  await write(first.url, 'of the first');
  const refused = start();
  await expect(refused).rejects.toMatchObject({ name: 'EmbeddedInUseError' });
  await expect(refused).rejects.toThrow(/process \d+.*Stop it first.*DATA_DIR.*DATABASE_URL/);
  expect(await notes(first.url)).toEqual(['of the first']);
});

test('of two apps that start at the same instant over a new folder one wins', async () => {
  await rm(dataDir, { recursive: true });
  const outcomes = await Promise.allSettled([start(), start()]);
  const [won] = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const [lost] = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as Error] : [],
  );
  expect(lost).toMatchObject({ name: 'EmbeddedInUseError' });
  expect(await query(won?.url ?? '', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('of two apps that find the same left-over server one takes it over', async () => {
  await (await start()).kill();
  const outcomes = await Promise.allSettled([start(), start()]);
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a frozen left-over server is replaced, with all data', async () => {
  const first = await start();
  await write(first.url, 'before the frost');
  await first.kill();
  const frozen = await serverPids();
  signalAll(frozen, 'SIGSTOP');

  const second = await start();
  expect(second.takenOver).toBe(false);
  expect(await alive(frozen)).toEqual([]);
  expect(await notes(second.url)).toEqual(['before the frost']);
});

test('the frozen server of an app that lives is left alone', async () => {
  const first = await start();
  const frozen = await serverPids();
  signalAll(frozen, 'SIGSTOP');
  await expect(start()).rejects.toMatchObject({ name: 'EmbeddedInUseError' });
  signalAll(frozen, 'SIGCONT');
  expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('after kill -9 of app and server the next start recovers all data', async () => {
  const first = await start();
  await write(first.url, 'before the crash');
  await first.kill();
  signalAll(await serverPids(), 'SIGKILL');

  const second = await start();
  expect(second.takenOver).toBe(false);
  expect(await notes(second.url)).toEqual(['before the crash']);
});

test('of two apps that start at the same instant after such a crash one wins', async () => {
  const first = await start();
  await write(first.url, 'before the crash');
  await first.kill();
  signalAll(await serverPids(), 'SIGKILL');

  const outcomes = await Promise.allSettled([start(), start()]);
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  const [won] = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  expect(await notes(won?.url ?? '')).toEqual(['before the crash']);
});

test('frozen backends of a killed server do not hinder the next start', async () => {
  const first = await start();
  const [postmaster = 0, ...backends] = await serverPids();
  await first.kill();
  signalAll(backends, 'SIGSTOP');
  process.kill(postmaster, 'SIGKILL');

  const second = await start();
  expect(await alive(backends)).toEqual([]);
  expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a stale pid file whose pid another process has got does not hinder, nor that process', async () => {
  const first = await start();
  await first.kill();
  signalAll(await serverPids(), 'SIGKILL');
  const owner = statSync(pidFile());
  const asServer = process.getuid?.() === 0 ? { uid: owner.uid, gid: owner.gid } : {};
  const other = spawn('sleep', ['60'], { ...asServer, stdio: 'ignore' });
  writeFileSync(pidFile(), readFileSync(pidFile(), 'utf8').replace(/^\d+/, String(other.pid)));

  const second = await start();
  expect(second.takenOver).toBe(false);
  expect(other.exitCode ?? other.signalCode).toBeNull();
  other.kill('SIGKILL');
});

test('the mark of the owner survives the loss of its connection', async () => {
  const first = await start();
  const holders = () =>
    query(first.url, `SELECT l.pid FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted`);
  const [before] = await holders();
  await query(first.url, 'SELECT pg_terminate_backend($1::int)', [before?.['pid']]);
  for (let tries = 0; tries < 50 && (await holders()).length === 0; tries++) await sleep(100);

  const [after] = await holders();
  expect(after?.['pid']).not.toBe(before?.['pid']);
  await expect(start()).rejects.toMatchObject({ name: 'EmbeddedInUseError' });
  expect(await first.stop()).toEqual([
    'The connection that marks the embedded PostgreSQL as in use is lost; reconnecting',
    'The embedded PostgreSQL is marked as in use again',
  ]);
});

const copyPackage = async (keep: (path: string) => boolean = () => true) => {
  const copy = join(dataDir, 'package');
  cpSync(await locatePackage(), copy, { recursive: true, filter: keep });
  return copy;
};
const copiedBuild = () => readdirSync(join(dataDir, 'postgres')).find((name) => name.startsWith('build-'));

test('binaries without the symlinks that the install makes are copied and completed', async () => {
  const app = await start({ packageDir: await copyPackage((path) => !lstatSync(path).isSymbolicLink()) });
  expect(await query(app.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(copiedBuild()).toBeDefined();
});

test('over a folder closed to others root has data and binaries outside of it, anybody else inside', async () => {
  await rm(join(dataDir, 'postgres'), { recursive: true });
  chmodSync(dataDir, 0o700);
  const packageDir = await copyPackage();
  const first = await start({ packageDir });
  await write(first.url, 'kept outside');
  await first.stop();
  const second = await start({ packageDir });
  expect(await notes(second.url)).toEqual(['kept outside']);
  const isRoot = process.getuid?.() === 0;
  const inside = join(realpathSync(dataDir), 'postgres');
  expect(realpathSync(join(dataDir, 'postgres'))).toEqual(
    isRoot ? expect.stringMatching(/^\/var\/lib\/ethhook-admin\/[0-9a-f]{12}$/) : inside,
  );
  if (isRoot) expect(copiedBuild()).toBeDefined();
});

test('tools find the server while it runs', async () => {
  expect(await runningEmbeddedUrl(dataDir, 'postgres')).toBeNull();
  const app = await start();
  expect(await runningEmbeddedUrl(dataDir, 'postgres')).toBe(app.url);
  await app.stop();
  expect(await runningEmbeddedUrl(dataDir, 'postgres')).toBeNull();
});

test('a server that cannot start says why, with the end of its log', async () => {
  const broken = start({ settings: { shared_buffers: 'plenty' } });
  await expect(broken).rejects.toMatchObject({ name: 'EmbeddedStartError' });
  await expect(broken).rejects.toThrow(/postgres\.log:[^]*invalid value for parameter "shared_buffers"/);
});

test('without the password of its data an app says so, and leaves no server behind', async () => {
  await rm(join(dataDir, 'secrets.json'));
  await expect(start()).rejects.toThrow(/another password than secrets\.json/);
  expect(existsSync(pidFile())).toBe(false);
});

test('the server is reachable from this machine only, with a password that is nowhere to be read', async () => {
  const app = await start();
  const { password } = new URL(app.url);
  const settings = await query(
    app.url,
    `SELECT s.name, s.setting FROM pg_settings s
      WHERE s.name IN ('listen_addresses', 'unix_socket_directories', 'data_checksums', 'TimeZone', 'server_encoding')
      ORDER BY s.name COLLATE "C"`,
  );
  expect(Object.fromEntries(settings.map((row) => [row['name'], row['setting']]))).toEqual({
    TimeZone: 'UTC',
    data_checksums: 'on',
    listen_addresses: '127.0.0.1',
    server_encoding: 'UTF8',
    unix_socket_directories: '',
  });
  const wrong = new URL(app.url);
  wrong.password = 'guess';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  const commands = (await listProcesses()).map(({ command }) => command).join('\n');
  expect(commands).toContain('postgres: ethhook-');
  expect(commands).not.toContain(password);
  expect(readFileSync(join(dataDir, 'postgres.log'), 'utf8')).not.toContain(password);
  expect(statSync(join(dataDir, 'secrets.json')).mode & 0o777).toBe(0o600);
});
