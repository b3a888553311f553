import { execFile } from 'node:child_process';
import { chmod, mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

// jest maps no paths and resolves no `.js` to `.ts` for its global set-up, but does compile what it requires.
const { startApp } = createRequire(import.meta.url)(
  './embedded-app.ts',
) as typeof import('./embedded-app.js');

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const template = 'ethhook_template';

declare global {
  /** Set by the project that started the server, for its global tear-down. */
  var stopTestServer: (() => Promise<void>) | undefined;
}

/** One server for all suites of a jest run, with a migrated template database that each test clones. */
export default async function globalSetup(): Promise<void> {
  if (process.env.TEST_SERVER_URL) return; // another project of this run has started it
  await build();
  const external = process.env.TEST_DATABASE_URL;
  const { url, stop } = external ? { url: external, stop: async () => {} } : await startServer();
  globalThis.stopTestServer = async () => {
    delete process.env.TEST_SERVER_URL; // jest --watch starts anew for each run
    if (external) await dropTemplate(url);
    await stop();
  };
  try {
    await createTemplate(url);
  } catch (error) {
    await stop(); // no tear-down follows a set-up that failed
    throw error;
  }
  process.env.TEST_SERVER_URL = url; // the workers inherit it
}

/** The processes that tests start run the compiled code; 1 s when nothing has changed. */
async function build(): Promise<void> {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    await run(process.execPath, [tsc, '-b', 'tsconfig.build.json'], { cwd: root });
  } catch (error) {
    // Code with wrong types is compiled all the same, and the type check is a step of its own.
    console.warn(`tsc -b:\n${(error as { stdout?: string }).stdout ?? ''}`);
  }
}

async function startServer(): Promise<{ url: string; stop: () => Promise<unknown> }> {
  const packageDir = process.env.TEST_PG_PACKAGE_DIR;
  const dataDir = await mkdtemp(join(tmpdir(), 'ethhook-test-'));
  await chmod(dataDir, 0o755); // root's server runs as another user, who would be given a folder elsewhere
  return startApp({
    dataDir,
    ...(packageDir ? { packageDir } : {}),
    removeDataDir: true,
    settings: { fsync: 'off', full_page_writes: 'off' },
  });
}

async function createTemplate(serverUrl: string): Promise<void> {
  await dropTemplate(serverUrl);
  await administer(serverUrl, `CREATE DATABASE ${template} TEMPLATE template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${template}`;
  await run(process.execPath, [join(import.meta.dirname, 'migrate-process.mjs')], {
    env: { ...process.env, DATABASE_URL: url.href },
  });
  // A session in it would keep it from being cloned.
  await administer(serverUrl, `ALTER DATABASE ${template} ALLOW_CONNECTIONS false`);
}

const dropTemplate = (serverUrl: string) =>
  administer(serverUrl, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);

async function administer(serverUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
