import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { runMigrations } from '../../src/data-source.js';
import { runningEmbeddedUrl } from '../../src/kernel/database/embedded/index.js';
import { listProcesses } from '../../src/kernel/database/embedded/processes.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { createSmallWorld, password } from '../support/small-world.js';
import { JWT_SECRET } from '../support/test-app.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

const folders: string[] = [];
const processes: ServerProcess[] = [];

function newFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ethhook-life-')));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

function start(environment: Record<string, string>, command?: string[]): ServerProcess {
  const server = startServerProcess(environment, command);
  processes.push(server);
  return server;
}

/** The server's processes name its folder. */
const processesOf = async (folder: string) =>
  (await listProcesses()).map(({ command }) => command).filter((command) => command.includes(folder));

afterAll(async () => {
  for (const { child } of processes)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  await Promise.all(processes.map((server) => server.ended()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function login(url: string): Promise<string> {
  const response = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'tenant1@example.com', password: 'demo-password' }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { token: string }).token;
}

async function eventsTotal(url: string, token: string): Promise<number> {
  const response = await fetch(`${url}/statistics/dashboard`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { events_total: number }).events_total;
}

const serverFolderIsQuiet = async (folder: string) => {
  expect(await processesOf(folder)).toEqual([]);
  expect(existsSync(join(folder, 'postgres', 'data', 'postmaster.pid'))).toBe(false);
};

describe('without DATABASE_URL', () => {
  const demo = (DATA_DIR: string, DEMO_EVENTS = '3000') => ({ DATA_DIR, DEMO_EVENTS });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'fills in once, keeps the data and the tokens, and %s stops both',
    async (signal) => {
      const folder = newFolder();
      const first = start(demo(folder));
      const url = await first.ready();
      expect(first.output()).toMatch(/\/docs\n[^]*tenant1@example\.com[^]*admin@example\.com/);
      const token = await login(url);
      const total = await eventsTotal(url, token);
      expect(total).toBeGreaterThan(500);
      first.child.kill(signal);
      expect(await first.ended()).toEqual({ code: 0, signal: null });
      await serverFolderIsQuiet(folder);

      const second = start(demo(folder));
      expect(await eventsTotal(await second.ready(), token)).toBe(total);
      expect(second.output()).not.toContain('First start');
      second.child.kill(signal);
      expect((await second.ended()).code).toBe(0);
      await serverFolderIsQuiet(folder);
    },
  );

  it('after kill -9 the next start takes the server over, with what was written', async () => {
    const folder = newFolder();
    const first = start(demo(folder));
    await first.ready();
    const client = new pg.Client({ connectionString: (await runningEmbeddedUrl(folder, 'ethhook')) ?? '' });
    await client.connect();
    await client.query(`INSERT INTO users (email, password_hash) VALUES ('written@example.com', 'x')`);
    await client.end();
    first.child.kill('SIGKILL');
    await first.ended();
    expect(await processesOf(folder)).not.toEqual([]);

    const second = start(demo(folder));
    await second.ready();
    const after = new pg.Client({ connectionString: (await runningEmbeddedUrl(folder, 'ethhook')) ?? '' });
    await after.connect();
    const { rows } = await after.query(`SELECT 1 FROM users u WHERE u.email = 'written@example.com'`);
    await after.end();
    expect(rows).toHaveLength(1);
    second.child.kill('SIGTERM');
    expect((await second.ended()).code).toBe(0);
    await serverFolderIsQuiet(folder);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    '%s while it fills in: the next start begins anew and completes',
    async (signal) => {
      const folder = newFolder();
      // Many: without a terminal the progress is told every 2 s, and the signal must come in the middle.
      const first = start(demo(folder, '500000'));
      await first.prints(/First start[^]*[1-9]\d*\/500000/);
      first.child.kill(signal);
      const { code } = await first.ended();
      if (signal === 'SIGTERM') {
        expect(code).toBe(0);
        await serverFolderIsQuiet(folder);
      }
      const second = start(demo(folder, '3000'));
      const url = await second.ready();
      expect(second.output()).toContain('First start');
      expect(await eventsTotal(url, await login(url))).toBeGreaterThan(500);
      second.child.kill('SIGTERM');
      await second.ended();
    },
  );

  it('a second one over the same folder is refused, and the first goes on', async () => {
    const folder = newFolder();
    const first = start(demo(folder));
    const url = await first.ready();
    const second = start(demo(folder));
    expect((await second.ended()).code).toBe(1);
    expect(second.output()).toMatch(/DATABASE_URL/);
    expect(second.output()).not.toMatch(/\n\s+at /);
    await login(url);
    first.child.kill('SIGTERM');
    await first.ended();
  });

  it('a SIGTERM to npm ends everything', async () => {
    const folder = newFolder();
    const server = start(demo(folder), ['npm', 'start']);
    await server.ready();
    server.child.kill('SIGTERM');
    await server.ended();
    for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(100))
      if ((await processesOf(folder)).length === 0) break;
    await serverFolderIsQuiet(folder);
  });
});

describe('with DATABASE_URL', () => {
  let database: TestDatabase;
  const real = (url = database.url) => ({ DATABASE_URL: url, JWT_SECRET, HOST: '127.0.0.1' });
  const tables = () =>
    database.query(`SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace`);

  beforeEach(async () => {
    database = await createEmptyDatabase();
  });
  afterEach(() => database.drop());

  it('refuses a schema that is behind, naming the command, and touches nothing', async () => {
    const server = start(real());
    expect((await server.ended()).code).toBe(1);
    expect(server.output()).toContain('npm run migration:run');
    expect(await tables()).toEqual([]);
  });

  it('serves after the migration, seeds nothing, and finishes a request in flight at SIGTERM', async () => {
    await runMigrations(database.url, () => undefined);
    const server = start(real());
    const url = await server.ready();
    expect(server.output()).not.toContain('demo');
    expect(await database.query('SELECT id FROM users')).toEqual([]);
    await createSmallWorld(database.query);
    const session = await fetch(`${url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'alice@example.com', password }),
    });
    const { token } = (await session.json()) as { token: string };

    const locker = new pg.Client({ connectionString: database.url });
    await locker.connect();
    await locker.query('BEGIN; LOCK TABLE delivery_attempts');
    const inFlight = fetch(`${url}/statistics/dashboard`, { headers: { authorization: `Bearer ${token}` } });
    await sleep(500);
    server.child.kill('SIGTERM');
    await sleep(500);
    await expect(fetch(`${url}/health`)).rejects.toThrow(); // takes no new ones
    await locker.query('ROLLBACK');
    await locker.end();
    const answer = await inFlight;
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ events_total: 5 });
    expect(await server.ended()).toEqual({ code: 0, signal: null });
    expect(server.output()).not.toContain('did not stop in time');
  });

  it('says what is wrong in one line, without the password, when it cannot reach or enter the database', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const wrong = new URL(database.url);
    wrong.password = 'hunter2';
    const missing = new URL(database.url);
    missing.pathname = '/no_such_database';
    for (const [url, message] of [
      [`postgres://u:hunter2@127.0.0.1:${port}/x`, /cannot be reached: ECONNREFUSED/],
      [wrong.href, /refuses the login/],
      [missing.href, /does not exist/],
    ] as const) {
      const server = start({ ...real(url), DATABASE_START_TIMEOUT_SECONDS: '1' });
      expect((await server.ended()).code).toBe(1);
      expect(server.output()).toMatch(message);
      expect(server.output()).not.toMatch(/hunter2|\n\s+at /);
    }
  });

  it('lists bad variables, and says so when the port is taken', async () => {
    const bad = start({ ...real(), PORT: 'x', DATABASE_POOL_MAX: '0' });
    expect((await bad.ended()).code).toBe(1);
    expect(bad.output()).toMatch(/- PORT: [^]*- DATABASE_POOL_MAX: /);

    await runMigrations(database.url, () => undefined);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const server = start({ ...real(), PORT: String(port) });
    expect((await server.ended()).code).toBe(1);
    expect(server.output()).toContain(`Port ${port} on 127.0.0.1 is in use`);
    taken.close();
  });
});
