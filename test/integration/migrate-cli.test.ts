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

it.each([
  [[], 'usage: migrate run'],
  [['constructor'], 'usage: migrate run'],
  [['run', '--fast'], '--fast is unknown: there are --dry-run, '],
  [['run', '--free-disk', '20'], '--free-disk is "20": it takes a size like 500MB or 20GB'],
  [['run', '--batch-ms', '5'], '--batch-ms is "5": it takes a whole number from 10 to 10000'],
  [['run', '--dry-run=yes'], '--dry-run takes no value'],
  [['revert', '--dry-run'], '--dry-run is for run'],
  [['show', '--all'], 'show takes no flags'],
])('%j is bad usage', async (args: string[], message) => {
  const outcome = await migrate(args);
  expect(outcome).toMatchObject({ code: 2, stdout: '' });
  expect(outcome.stderr).toContain(message);
});

it('says what it takes', async () => {
  expect(await migrate(['run', '--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('--free-disk SIZE'),
  });
});

it('rehearses: says all, changes nothing', async () => {
  await createOriginalSchema((text, values) => db.query(text, values));
  const outcome = await migrate(['run', '--dry-run']);
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(outcome.stdout).toContain('ALTER TABLE public.delivery_attempts ADD COLUMN user_id uuid');
  expect(outcome.stdout).toMatch(/\nIn all: \d+ migrations, \d+ statements; nothing was changed\.\n/);
  expect(await db.query(`SELECT to_regclass('ethhook_admin_migrations') AS ledger`)).toEqual([
    { ledger: null },
  ]);
});

it('refuses when there is too little disk, and has changed nothing', async () => {
  await createOriginalSchema((text, values) => db.query(text, values));
  await db.query(
    `INSERT INTO events (block_number, block_hash, transaction_hash, log_index, contract_address, topics, data)
     SELECT n, '0xb', format('0x%s', n), n, '0xc', '{0xt}', '0x' FROM generate_series(1, 20000) n; ANALYZE events`,
  );
  expect(await migrate(['run', '--free-disk', '0.1MB'])).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(/^too little disk: the pending migrations need about \d+ MB at their peak/),
  });
  expect(await migrate(['show'])).toMatchObject({ code: 3 });
  expect(await migrate(['run', '--free-disk', '10GB'])).toMatchObject({ code: 0 });
});

it('leaves to another runner what it is at', async () => {
  const other = new pg.Client({ connectionString: db.url });
  await other.connect();
  try {
    await other.query('SELECT pg_advisory_lock(1162366279, 1)');
    expect(await migrate(['run', '--wait-seconds', '0'])).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/^another migration run is still at work \(backend \d+ on /),
    });
    const { stdout } = await migrate(['show']);
    expect(stdout).toMatch(/^a run is at work: backend \d+ on .*\n\[ \] /);
  } finally {
    await other.end();
  }
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
