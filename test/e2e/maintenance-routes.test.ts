import { Random } from '../../src/demo/random.js';
import { errorBodySchema } from '../../src/kernel/http/error-body.js';
import { Jobs } from '../../src/kernel/tasks/jobs.js';
import { auditRows } from '../support/audit-rows.js';
import { hostileRequest } from '../support/hostile-requests.js';
import { readRoutes } from '../support/openapi-routes.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type Answer, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { countingJob, failingJob, waitingJob } from '../support/test-jobs.js';

const base = '/admin/maintenance';
let database: TestDatabase;
let app: TestApp;
let admin: string;
let alice: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url, {
    // Never open but for a minute that is far away.
    MAINTENANCE_WINDOWS: windowFarAway(),
  });
  for (const job of [countingJob, waitingJob, failingJob]) app.app.get(Jobs).register(job);
  admin = await app.login('admin@example.com', password);
  alice = await app.login('alice@example.com', password);
}, 60_000);

afterAll(async () => {
  await app.close();
  await database.drop();
});

function windowFarAway(): string {
  const clock = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  return `daily ${clock(11)}-${clock(12)}`;
}

const get = (path: string) => app.get(base + path, admin);
const post = (path: string, body?: unknown) => app.call('POST', base + path, admin, body);
const ask = (job: string, body?: unknown) => post(`/jobs/${job}/run`, body);
const jobOf = async (name: string) => (await get(`/jobs/${name}`)).body as Record<string, unknown>;
const runIdOf = ({ body }: Answer) => (body as { run_id: string }).run_id;

interface Run {
  state: string;
  [field: string]: unknown;
}

const hasEnded = (state: string, _: Run) => state !== 'queued' && state !== 'running';

async function settled(id: string, isOver = hasEnded): Promise<Run> {
  for (const deadline = Date.now() + 20_000; ;) {
    const run = (await get(`/runs/${id}`)).body as Run;
    if (isOver(run.state, run)) return run;
    if (Date.now() > deadline) throw new Error(`run ${id} stays ${run.state}`);
  }
}
const running = (id: string) => settled(id, (state) => state === 'running');

it('lists the jobs, and shows one with what a run may be given', async () => {
  const { status, body } = await get('/jobs');
  expect(status).toBe(200);
  const { jobs } = body as { jobs: { name: string }[] };
  expect(jobs.map(({ name }) => name)).toEqual(jobs.map(({ name }) => name).sort());
  expect(jobs.find(({ name }) => name === 'accounts-deletions')).toMatchObject({
    kind: 'continuous',
    leader: { is_leader: expect.any(Boolean) },
  });
  expect(await jobOf('test-count')).toMatchObject({
    kind: 'by-hand',
    schedule: null,
    weight: 'light',
    timeout_ms: 30_000,
    paused: null,
    parameters: {
      properties: { times: { minimum: 1, maximum: 5, default: 1 } },
      additionalProperties: false,
    },
  });
});

it('runs a job: 202 with where the run is, the run with what it did, the audit log with who, before and after', async () => {
  const answer = await ask('test-count', { parameters: { times: 3 }, reason: 'to see' });
  expect(answer).toMatchObject({ status: 202, body: { job: 'test-count', dry_run: false } });
  const id = runIdOf(answer);
  expect(answer.headers.get('location')).toBe(`/api/v1${base}/runs/${id}`);
  expect(await settled(id)).toMatchObject({
    state: 'succeeded',
    asked_by: ids.admin,
    reason: 'to see',
    forced: false,
    parameters: { times: 3 },
    rows: 3,
    summary: 'counted 3',
    steps: [{ action: 'counted', target: 'public.users', reason: 'as asked', sql: 'SELECT 1' }],
    error: null,
  });
  expect(await jobOf('test-count')).toMatchObject({ last_run: { id, state: 'succeeded' }, running: null });
  const [asked, ended] = (await auditRows(database)).slice(-2);
  expect(asked).toMatchObject({
    user_id: ids.admin,
    action: 'run.requested',
    resource_type: 'run',
    ip_address: '127.0.0.1',
    user_agent: 'node',
    metadata: {
      name: 'test-count',
      reason: 'to see',
      after: { run_id: id, dry_run: false, force: false, parameters: { times: 3 } },
    },
  });
  expect(ended).toMatchObject({
    user_id: ids.admin,
    action: 'run.succeeded',
    resource_type: 'run',
    metadata: { name: 'test-count', run_id: id, before: { count: 0 }, after: { count: 3 } },
  });
});

it('runs a job without a body, and dry: steps alone, and nothing about its end in the audit log', async () => {
  expect(await settled(runIdOf(await ask('test-count')))).toMatchObject({ state: 'succeeded', rows: 1 });
  const before = await auditRows(database);
  const dry = await settled(runIdOf(await ask('test-count', { dry_run: true, parameters: { times: 2 } })));
  expect(dry).toMatchObject({ state: 'succeeded', dry_run: true, rows: 0, steps: [{ reason: '2 times' }] });
  expect((await auditRows(database)).slice(before.length).map(({ action }) => action)).toEqual([
    'run.requested',
  ]);
});

it('cancels what runs; of two at once the second is refused', async () => {
  const id = runIdOf(await ask('test-wait'));
  await running(id);
  expect(await ask('test-wait', { force: true })).toMatchObject({
    status: 409,
    body: { code: 'job_running' },
  });
  const shown = await settled(id, (_, { progress }) => progress !== null);
  expect(shown).toMatchObject({ progress: { text: 'waiting' }, instance: expect.any(String) });
  expect(await post(`/runs/${id}/cancel`)).toMatchObject({ status: 202, body: { cancelled_by: ids.admin } });
  expect(await settled(id)).toMatchObject({ state: 'cancelled' });
  expect(await post(`/runs/${id}/cancel`)).toMatchObject({ status: 409, body: { code: 'run_is_over' } });
  expect((await auditRows(database)).slice(-2)).toMatchObject([
    {
      action: 'run.cancel_requested',
      user_id: ids.admin,
      metadata: { before: { state: 'running' }, after: { run_id: id } },
    },
    { action: 'run.cancelled' },
  ]);
});

it('tells of a failure its code and no more than is safe', async () => {
  const id = runIdOf(await ask('test-fail', { force: true }));
  const run = await settled(id);
  expect(run).toMatchObject({ state: 'failed', error: { code: expect.any(String) } });
  expect((await auditRows(database)).at(-1)).toMatchObject({ action: 'run.failed' });
});

it('refuses a heavy job outside the windows, and says when they open; forced or dry it goes', async () => {
  const refused = await ask('test-fail');
  expect(refused).toMatchObject({ status: 409, body: { code: 'outside_window' } });
  expect(refused.text).toMatch(/opens \d{4}-\d\d-\d\dT/);
  expect(await settled(runIdOf(await ask('test-fail', { dry_run: true })))).toMatchObject({
    state: 'succeeded',
  });
});

it('pauses and resumes a job, and all of them', async () => {
  expect(await post('/jobs/test-count/pause', { reason: 'an import' })).toMatchObject({
    status: 200,
    body: { paused: { by: ids.admin, reason: 'an import', scope: 'job' } },
  });
  expect(await ask('test-count')).toMatchObject({ status: 409, body: { code: 'job_paused' } });
  expect((await ask('test-count', { force: true })).status).toBe(202);
  const all = await post('/pause');
  const { jobs } = all.body as { jobs: { paused: unknown }[] };
  expect(jobs.every(({ paused }) => paused !== null)).toBe(true);
  expect((await ask('test-wait')).body).toMatchObject({ code: 'job_paused' });
  expect((await post('/resume')).status).toBe(200);
  expect(await jobOf('test-wait')).toMatchObject({ paused: null });
  expect(await jobOf('test-count')).toMatchObject({ paused: { scope: 'job' } });
  expect(await post('/jobs/test-count/resume')).toMatchObject({ body: { paused: null } });
  const steps = (await auditRows(database)).filter(({ resource_type }) => resource_type === 'job');
  expect(steps.map(({ action, metadata }) => [action, (metadata as { name: string }).name])).toEqual([
    ['job.paused', 'test-count'],
    ['job.paused', 'all jobs'],
    ['job.resumed', 'all jobs'],
    ['job.resumed', 'test-count'],
  ]);
});

it('pages through the runs by cursors that are of no use for other filters', async () => {
  for (let count = 0; count < 5; count++) await settled(runIdOf(await ask('test-count', { force: true })));
  const all = (await get('/runs?job=test-count&limit=100')).body as { runs: { id: string }[] };
  const found: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = (await get(`/runs?job=test-count&limit=2${query}`)).body as {
      runs: { id: string }[];
      next_cursor: string | null;
    };
    found.push(...page.runs.map(({ id }) => id));
    if (page.next_cursor !== null)
      expect((await get(`/runs?limit=2&cursor=${page.next_cursor}`)).body).toMatchObject({ field: 'cursor' });
    cursor = page.next_cursor;
  }
  expect(found.length).toBeGreaterThan(4);
  expect(found).toEqual(all.runs.map(({ id }) => id));
  const failed = (await get('/runs?outcome=failed')).body as { runs: { state: string }[] };
  expect(new Set(failed.runs.map(({ state }) => state))).toEqual(new Set(['failed']));
});

it.each([
  ['POST', '/jobs/no-such-job/run', {}, 404, 'job_not_found', undefined],
  ['GET', '/jobs/no-such-job', undefined, 404, 'job_not_found', undefined],
  ['POST', '/jobs/No_Such/run', {}, 400, 'validation_error', 'name'],
  ['POST', '/jobs/accounts-deletions/run', {}, 409, 'job_is_continuous', undefined],
  ['POST', '/jobs/test-count/run', { parameters: { times: 9 } }, 400, 'validation_error', 'times'],
  ['POST', '/jobs/test-count/run', { parameters: { tables: 1 } }, 400, 'validation_error', 'tables'],
  ['POST', '/jobs/test-count/run', { parameters: [] }, 400, 'validation_error', 'parameters'],
  ['POST', '/jobs/test-count/run', { dry_run: 'yes' }, 400, 'validation_error', 'dry_run'],
  ['POST', '/jobs/test-count/run', { dryRun: true }, 400, 'validation_error', 'dryRun'],
  ['POST', '/jobs/test-count/run', { reason: 'a\0b' }, 400, 'validation_error', 'reason'],
  ['POST', '/jobs/test-count/run', [], 400, 'validation_error', 'body'],
  ['POST', '/pause', { reason: 'x'.repeat(501) }, 400, 'validation_error', 'reason'],
  ['GET', '/runs/0', undefined, 400, 'validation_error', 'id'],
  ['GET', '/runs/99999999', undefined, 404, 'run_not_found', undefined],
  ['POST', '/runs/99999999/cancel', undefined, 404, 'run_not_found', undefined],
  ['GET', '/runs/99999999/events', undefined, 404, 'run_not_found', undefined],
  ['GET', '/runs?outcome=done', undefined, 400, 'validation_error', 'outcome'],
  ['GET', '/runs?job=a%27b', undefined, 400, 'validation_error', 'job'],
  ['GET', '/runs?state=failed', undefined, 400, 'validation_error', 'state'],
])('%s %s with %j: %i %s of %s', async (method, path, body, status, code, field) => {
  const before = await auditRows(database);
  const answer = await app.call(method, base + path, admin, body);
  expect(answer).toMatchObject({ status, body: { code, ...(field !== undefined && { field }) } });
  expect(await auditRows(database)).toEqual(before);
});

it('takes no changes from an administrator who is none any more, whatever the token says', async () => {
  const changes = [
    '/jobs/test-count/run',
    '/jobs/test-count/pause',
    '/jobs/test-count/resume',
    '/pause',
    '/resume',
  ];
  await database.query('UPDATE users SET is_admin = false WHERE id = $1', [ids.admin]);
  try {
    for (const path of changes)
      expect(await post(path, {})).toMatchObject({ status: 403, body: { code: 'admin_only' } });
  } finally {
    await database.query('UPDATE users SET is_admin = true WHERE id = $1', [ids.admin]);
  }
  expect(await jobOf('test-count')).toMatchObject({ paused: null });
  expect(await app.call('POST', `${base}/pause`, alice)).toMatchObject({
    status: 403,
    body: { code: 'admin_only' },
  });
});

it('drops, restores and rebuilds an index by its name: each is a run with its end in the audit log', async () => {
  await database.query('CREATE INDEX idx_of_no_use ON events (log_index)');
  const isThere = async () =>
    (await database.query(`SELECT to_regclass('idx_of_no_use') AS found`))[0]?.found !== null;
  const verbs: [verb: string, job: string, thereAfter: boolean][] = [
    ['drop', 'drop-index', false],
    ['restore', 'restore-index', true],
    ['rebuild', 'rebuild-index', true],
  ];
  for (const [verb, job, thereAfter] of verbs) {
    const answer = await post(`/indexes/idx_of_no_use/${verb}`, { force: true, reason: verb });
    expect(answer).toMatchObject({ status: 202, body: { job } });
    expect(answer.headers.get('location')).toBe(`/api/v1${base}/runs/${runIdOf(answer)}`);
    expect(await settled(runIdOf(answer))).toMatchObject({
      state: 'succeeded',
      reason: verb,
      parameters: { schema: 'public', index: 'idx_of_no_use' },
    });
    expect(await isThere()).toBe(thereAfter);
    expect((await auditRows(database)).at(-1)).toMatchObject({
      user_id: ids.admin,
      action: 'run.succeeded',
      metadata: { name: job, steps: [{ target: 'public.idx_of_no_use' }] },
    });
  }
});

it('answers whatever an administrator may send, in the one form of errors', async () => {
  const random = new Random('maintenance').seek(0, 0);
  const routes = (await readRoutes(app)).filter(
    ({ path }) => path.startsWith(base) && !path.endsWith('/events'),
  );
  const known = [
    '1',
    '2',
    'vacuum',
    'test-count',
    'idx_events_contract_address',
    'public.events',
    'work_mem',
  ];
  await post('/pause');
  for (let count = 0; count < 400; count++) {
    const { method, path, headers, body } = hostileRequest(random, random.pick(routes), known);
    const answer = await fetch(app.url + path, {
      method,
      headers: { ...headers, authorization: `Bearer ${admin}` },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    expect([method, path, body, answer.status, answer.status < 500 ? '' : text]).toEqual([
      method,
      path,
      body,
      expect.any(Number),
      '',
    ]);
    if (answer.status >= 400 && text !== '')
      expect(errorBodySchema.strict().safeParse(JSON.parse(text)).success).toBe(true);
  }
}, 60_000);
