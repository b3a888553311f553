import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { auditRows } from '../support/audit-rows.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';

// Each step is a process of its own, some seconds each where other suites run beside.
jest.setTimeout(60_000);

const script = join(__dirname, '..', '..', 'dist', 'scripts', 'maintenance.js');
let db: TestDatabase;

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

function maintenance(args: string[], url = db.url, environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const env = { ...process.env, DATABASE_URL: url, DATA_DIR: '/nonexistent', ...environment };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...args], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}
const json = ({ stdout }: Outcome) => JSON.parse(stdout) as Record<string, unknown>;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

it('runs a job by the runner of the server, and tells what it did; the audit log has who, and the end', async () => {
  const run = await maintenance(['run', 'refresh-recent-stats', '--reason', 'a look', '--json']);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  const { id } = json(run);
  expect(json(run)).toMatchObject({
    job: 'refresh-recent-stats',
    state: 'succeeded',
    asked_by: 'cli',
    reason: 'a look',
  });
  expect(await auditRows(db)).toMatchObject([
    {
      user_id: null,
      action: 'run.requested',
      metadata: {
        name: 'refresh-recent-stats',
        reason: 'a look',
        cli: userInfo().username,
        after: { run_id: id },
      },
    },
    { user_id: null, action: 'run.succeeded', metadata: { asked_by: 'cli', run_id: id } },
  ]);
  const [shown, listed] = await Promise.all([
    maintenance(['show', String(id)]),
    maintenance(['runs', '--json']),
  ]);
  expect(shown).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`run ${String(id)} of refresh-recent-stats`),
  });
  expect(json(listed)).toMatchObject({ runs: [{ id, state: 'succeeded' }] });
});

it('lists jobs as a table; pauses, and refuses what is paused; resumes', async () => {
  const paused = await maintenance(['pause', 'vacuum', '--reason', 'an import']);
  expect(paused.stdout).toMatch(/^JOB +SCHEDULE +WEIGHT +NEXT.*\n/);
  expect(paused.stdout).toMatch(/\nvacuum +0 2 \* \* \* +heavy +paused /);
  const [refused, dry] = await Promise.all([
    maintenance(['run', 'vacuum']),
    maintenance(['dry-run', 'vacuum', '--json']),
  ]);
  expect(refused).toMatchObject({
    code: 4,
    stdout: '',
    stderr: expect.stringMatching(/^vacuum is paused since .*\n$/),
  });
  expect(json(dry)).toMatchObject({ state: 'succeeded', dry_run: true });
  expect((await maintenance(['resume', 'vacuum'])).code).toBe(0);
});

it('leaves a detached run to a server, lets it be watched and cancelled', async () => {
  const detached = await maintenance(['run', 'prune-history', '--detach', '--json']);
  const id = String(json(detached).run_id);
  expect(json(await maintenance(['show', id, '--json']))).toMatchObject({ state: 'queued' });
  const watching = maintenance(['watch', id, '--json']);
  expect(await maintenance(['cancel', id])).toMatchObject({ code: 0 });
  expect(json(await watching)).toMatchObject({ state: 'cancelled' });
  expect((await watching).code).toBe(130);
});

it('drops an index and restores it; tells of advice and retention', async () => {
  await db.query('CREATE INDEX idx_of_no_use ON events (log_index)');
  const isThere = async () =>
    (await db.query(`SELECT to_regclass('idx_of_no_use') AS found`))[0]?.found !== null;
  expect(await maintenance(['drop', 'idx_of_no_use'])).toMatchObject({ code: 0, stderr: '' });
  expect(await isThere()).toBe(false);
  expect((await maintenance(['indexes'])).stdout).toContain('dropped, to be restored: public.idx_of_no_use');
  expect(await maintenance(['restore', 'idx_of_no_use', '--force'])).toMatchObject({ code: 0, stderr: '' });
  expect(await isThere()).toBe(true);
  const [patch, retention, simulate] = await Promise.all([
    maintenance(['advise', '--format', 'alter_system']),
    maintenance(['retention']),
    maintenance(['retention', 'simulate', '--days', '90', '--json']),
  ]);
  expect(patch).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ALTER SYSTEM SET /) });
  expect(retention.stdout).toMatch(/^RETENTION_DAYS is 0: nothing is removed\n/);
  expect(json(simulate)).toMatchObject({
    days: 90,
    tables: [{ table: 'delivery_attempts' }, { table: 'events' }],
  });
});

it('says what it takes', async () => {
  const [all, one] = await Promise.all([maintenance(['--help']), maintenance(['run', '--help'])]);
  expect(all).toMatchObject({ code: 0, stdout: expect.stringContaining('retention [simulate] [--days N]') });
  expect(one).toMatchObject({ code: 0, stdout: expect.stringContaining('run JOB [--parameters JSON]') });
});

it('refuses bad usage without asking the database', async () => {
  const nobody = 'postgres://u:s3cret-pass@127.0.0.1:1/x';
  const cases: [string[], string][] = [
    [[], 'usage: npm run maintenance -- VERB'],
    [['run'], 'usage: run JOB'],
    [['run', 'vacuum', '--fast'], '--fast is unknown: there are --dry-run, '],
    [['run', 'vacuum', '--parameters', '[1]'], '--parameters takes a JSON object'],
    [['runs', '--outcome', 'done'], '--outcome is "done": it takes one of queued, '],
    [['advise', '--format', 'yaml'], '--format is "yaml": it takes one of postgresql_conf, '],
  ];
  await Promise.all(
    cases.map(async ([args, message]) => {
      const outcome = await maintenance(args, nobody);
      expect([args, outcome]).toMatchObject([
        args,
        { code: 2, stdout: '', stderr: expect.stringContaining(message) },
      ]);
    }),
  );
});

it('refuses in one line what the database does not know, and a database that is not ours', async () => {
  const empty = await createEmptyDatabase();
  try {
    const cases: [string[], string, number, RegExp][] = [
      [['run', 'no-such-job'], db.url, 2, /^There is no job no-such-job\n$/],
      [['run', 'apply-setting'], db.url, 2, /^Validation error: name: .*\n$/],
      [['drop', 'no_such_index'], db.url, 1, /^$/],
      [['jobs'], empty.url, 1, /^The database schema is behind: /],
      [
        ['jobs'],
        'postgres://u:s3cret-pass@127.0.0.1:1/x',
        1,
        /^The database cannot be reached: ECONNREFUSED\n$/,
      ],
    ];
    for (const [args, url, code, message] of cases) {
      const outcome = await maintenance(args, url);
      expect([args, outcome]).toMatchObject([args, { code, stderr: expect.stringMatching(message) }]);
      expect(outcome.stderr).not.toContain('s3cret-pass');
    }
  } finally {
    await empty.drop();
  }
});
