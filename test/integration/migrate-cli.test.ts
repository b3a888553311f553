import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startApp } from '../support/embedded-app.js';
import { createOriginalSchema } from '../support/ethhook-original-schema.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

// Each step is a process of its own, a second or more each where other suites run beside.
jest.setTimeout(60_000);

const script = join(__dirname, '..', '..', 'dist', 'scripts', 'migrate.js');
const baseline = 'AdoptEthhookSchema1764000000000';
let emptyDir: string;
let db: TestDatabase;

function migrate(args: string[], databaseUrl = db.url, dataDir = emptyDir): Promise<Outcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, DATABASE_URL: databaseUrl, DATA_DIR: dataDir };
    const child = execFile(process.execPath, [script, ...args], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

beforeAll(async () => {
  emptyDir = await mkdtemp(join(tmpdir(), 'ethhook-no-data-'));
});
afterAll(() => rm(emptyDir, { recursive: true }));
beforeEach(async () => {
  db = await createEmptyDatabase();
});
afterEach(() => db.drop());

it('shows, runs, shows and reverts', async () => {
  const before = await migrate(['show']);
  expect(before).toMatchObject({ code: 3, stderr: '' });
  expect(before.stdout).toMatch(new RegExp(`^\\[ \\] ${baseline}\n`));
  expect(await migrate(['run'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/\d+ applied\n$/) });
  expect(await migrate(['run'])).toMatchObject({ code: 0, stdout: 'nothing is pending\n' });
  const after = await migrate(['show']);
  expect(after.code).toBe(0);
  expect(after.stdout).toMatch(new RegExp(`^\\[X\\] ${baseline} \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\n`));
  expect(await migrate(['revert'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/ reverted\n$/) });
  expect(await migrate(['show'])).toMatchObject({ code: 3 });
});

it('lists what keeps a database from being adopted', async () => {
  await createOriginalSchema((text, values) => db.query(text, values));
  await db.query('ALTER TABLE events ALTER log_index TYPE bigint');
  expect(await migrate(['run'])).toMatchObject({
    code: 1,
    stderr:
      `${baseline} failed: this is not the schema that EthHook's migrations leave; nothing was changed:\n` +
      '  - events.log_index: expected integer NOT NULL, found bigint NOT NULL\n',
  });
});

it('takes the running embedded server when DATABASE_URL is not set', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ethhook-migrate-'));
  await chmod(dataDir, 0o755); // root's server runs as another user, who would be given a folder elsewhere
  const app = await startApp({ dataDir, removeDataDir: true, settings: { fsync: 'off' } });
  try {
    const client = new pg.Client({ connectionString: app.url });
    await client.connect();
    await client.query('CREATE DATABASE ethhook');
    await client.end();
    expect(await migrate(['show'], '', dataDir)).toMatchObject({ code: 3, stderr: '' });
  } finally {
    await app.stop();
  }
});

it.each([[[]], [['run', '--fast']], [['constructor']]])('%j is bad usage', async (args: string[]) => {
  expect(await migrate(args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^usage: /),
  });
});

it.each([
  ['', `DATABASE_URL is not set, and no embedded server is running in `, 2],
  ['mysql://u:s3cret-pass@h/x', 'DATABASE_URL does not start with postgres://\n', 2],
  [
    'postgres://u:s3cret-pass@127.0.0.1:1/x',
    'cannot connect to the database: connect ECONNREFUSED 127.0.0.1:1\n',
    1,
  ],
])('DATABASE_URL=%s: one line, without the password', async (url, message, code) => {
  const outcome = await migrate(['run'], url);
  expect(outcome).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(/^[^\n]+\n$/) });
  expect(outcome.stderr).toContain(message);
  expect(outcome.stderr).not.toContain('s3cret-pass');
});
