import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { z } from 'zod';
import { sql } from '../../src/kernel/database/sql.js';
import { DomainError } from '../../src/kernel/errors/domain-error.js';
import type { Job, JobContext } from '../../src/kernel/tasks/job.js';
import type { RunDetails } from '../../src/kernel/tasks/job-state.js';
import { MaintenanceWindows } from '../../src/kernel/tasks/maintenance-windows.js';
import { aJob, startJobInstance, type JobInstance } from '../support/job-instance.js';
import { becomes } from '../support/leader-tasks.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(30_000);

let database: TestDatabase;
let instances: JobInstance[];

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  await database.query('CREATE TABLE acts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, who text)');
});
beforeEach(() => {
  instances = [];
});
afterEach(async () => {
  await Promise.all(instances.map((instance) => instance.stop()));
  await database.query('TRUNCATE acts, ethhook_admin_job_runs');
  await database.query(`DELETE FROM ethhook_admin_jobs WHERE name <> '*'`);
  await database.query('UPDATE ethhook_admin_jobs SET paused_at = NULL');
});
afterAll(() => database.drop());

async function start(
  jobs: readonly Job[],
  environment: NodeJS.ProcessEnv = {},
  timings: Parameters<typeof startJobInstance>[3] = {},
): Promise<JobInstance> {
  const instance = await startJobInstance(database.url, jobs, environment, timings);
  instances.push(instance);
  return instance;
}

const act = (who: string) => sql<never>('test.act')`INSERT INTO acts (who) VALUES (${who})`;
const nap = (seconds: number) => sql<never>('test.nap')`SELECT pg_sleep(${seconds})`;
const acts = async () =>
  (await database.query<{ who: string }>('SELECT who FROM acts ORDER BY id')).map(({ who }) => who);
const report = (summary: string) => ({ rows: 1, steps: [], summary });
const EVERY_SECOND = '* * * * * *';
const runsOf = (job: string) =>
  database.query<{ state: string; summary: string; scheduled_for: Date }>(
    'SELECT state, summary, scheduled_for FROM ethhook_admin_job_runs WHERE job = $1 ORDER BY id',
    [job],
  );

describe('by hand', () => {
  it('runs with what was asked for, and records what it did', async () => {
    const greet = aJob({
      name: 'greet',
      parameters: z.strictObject({ who: z.string() }),
      run: async (context: JobContext, parameters: unknown) => {
        const { who } = parameters as { who: string };
        await context.transaction({}, (tx) => tx.query(act(who)));
        const step = { action: 'greet', target: who, reason: 'asked', sql: 'INSERT …' };
        return { rows: 1, steps: [step], summary: `greeted ${who}`, details: { before: 0, after: 1 } };
      },
    });
    const one = await start([greet]);
    const { runId } = await one.jobs.runNow('greet', {
      ...{ parameters: { who: 'you' }, dryRun: false, force: false, askedBy: 'cli', reason: 'a test' },
    });
    expect(await one.ended(runId)).toMatchObject({
      ...{
        job: 'greet',
        state: 'succeeded',
        attempt: 1,
        askedBy: 'cli',
        reason: 'a test',
        scheduledFor: null,
      },
      ...{ rows: 1, summary: 'greeted you', details: { before: 0, after: 1 }, error: null },
      steps: [{ action: 'greet', target: 'you' }],
      durationMs: expect.any(Number),
      finishedAt: expect.any(String),
    });
    expect(await acts()).toEqual(['you']);
    expect(await one.jobs.find('greet')).toMatchObject({
      kind: 'by-hand',
      lastRun: { id: runId },
      running: null,
    });
    expect(await one.metrics.text()).toContain(
      'ethhook_job_runs_total{job_name="greet",outcome="succeeded"} 1',
    );
  });

  it('refuses what it does not know, and says where', async () => {
    const one = await start([aJob({ name: 'known' })]);
    await expect(one.ask('unknown')).rejects.toMatchObject({ kind: 'not_found', code: 'job_not_found' });
    await expect(one.ask('known', { parameters: { colour: 'red' } })).rejects.toMatchObject({
      ...{ kind: 'invalid', field: 'colour' },
    });
    await expect(one.jobs.run('999')).rejects.toMatchObject({ code: 'run_not_found' });
    await expect(one.jobs.cancel('x', 'me')).rejects.toMatchObject({ code: 'run_not_found' });
  });

  it('is refused while the job runs, and says which run that is', async () => {
    const one = await start([aJob({ name: 'long', run: (context) => until(context.signal) })]);
    const runId = await one.ask('long');
    await expect(one.ask('long')).rejects.toMatchObject({
      ...{ kind: 'conflict', code: 'job_running', message: expect.stringContaining(`run ${runId}`) },
    });
    await one.jobs.cancel(runId, 'me');
    await one.ended(runId);
    await expect(one.jobs.cancel(runId, 'me')).rejects.toMatchObject({ code: 'run_is_over' });
  });

  it('as a dry run changes nothing, whatever the job tries', async () => {
    const plan: Job['plan'] = async (context) => {
      await context.query(act('by mistake'));
      return [];
    };
    const one = await start([aJob({ name: 'careless', plan }), aJob({ name: 'careful', plan: planOne })]);
    expect(await one.ended(await one.ask('careless', { dryRun: true }))).toMatchObject({ state: 'failed' });
    expect(await acts()).toEqual([]);
    const run = await one.ended(await one.ask('careful', { dryRun: true }));
    expect(run).toMatchObject({ state: 'succeeded', isDryRun: true, steps: [{ action: 'vacuum' }] });
    expect((await one.jobs.find('careful')).lastRun).toBeNull();
  });

  const planOne = () =>
    Promise.resolve([
      { action: 'vacuum', target: 'public.t', reason: 'dead tuples', sql: 'VACUUM public.t' },
    ]);
});

/** What a job that looks at its signal does. */
async function until(signal: AbortSignal): Promise<never> {
  await sleep(20_000, undefined, { signal });
  throw new Error('too late');
}

describe('an error', () => {
  it('that may pass is tried again, and recorded', async () => {
    let tries = 0;
    const run: Job['run'] = async (context) => {
      if (++tries < 3) throw new DomainError('unavailable', 'lock_timeout', 'The table is locked');
      await context.query(act('at last'));
      return report('well');
    };
    const one = await start([aJob({ name: 'patient', retries: 3, run })]);
    const ended = await one.ended(await one.ask('patient'));
    expect(ended).toMatchObject({ state: 'succeeded', attempt: 3, error: { code: 'lock_timeout' } });
    expect(await acts()).toEqual(['at last']);
  });

  it('that may pass is not tried more often than the job allows', async () => {
    const run = () => Promise.reject(new DomainError('unavailable', 'lock_timeout', 'The table is locked'));
    const one = await start([aJob({ name: 'stubborn', retries: 1, run })]);
    expect(await one.ended(await one.ask('stubborn'))).toMatchObject({ state: 'failed', attempt: 2 });
  });

  it('of the program is not tried again, and tells no details', async () => {
    const run: Job['run'] = () => Promise.reject(new TypeError('secret of x'));
    const one = await start([aJob({ name: 'broken', retries: 3, run })]);
    const ended = await one.ended(await one.ask('broken'));
    expect(ended).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'internal_error' } });
    expect(JSON.stringify(ended)).not.toContain('secret');
  });

  it('of PostgreSQL is told with its SQLSTATE', async () => {
    const run: Job['run'] = (context) =>
      context.query(sql<never>('test.fail')`SELECT 1 / 0`).then(() => report('?'));
    const one = await start([aJob({ name: 'divides', retries: 3, run })]);
    expect(await one.ended(await one.ask('divides'))).toMatchObject({
      ...{
        state: 'failed',
        attempt: 1,
        error: { code: 'invalid_value', message: expect.stringContaining('22012') },
      },
    });
  });
});

describe('what stops a run', () => {
  const asleep: Job['run'] = (context) =>
    context.transaction({}, async (tx) => {
      await tx.query(act('half'));
      await tx.query(nap(20));
      return report('?');
    });

  it.each([
    ['in a statement', asleep],
    ['that looks at its signal', (context: JobContext) => until(context.signal)],
    ['that looks at nothing', () => sleep(20_000).then(() => report('?'))],
  ])('the time-out: a run %s, and nothing of it stays', async (_how, run) => {
    const one = await start([aJob({ name: 'slow', timeoutMs: 300, retries: 3, run })]);
    const ended = await one.ended(await one.ask('slow'));
    expect(ended).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'timed_out' } });
    expect(await acts()).toEqual([]);
    await becomes('its session has ended', async () => (await sessionsOfJobs()).length === 0, 3000);
  });

  it('a command is cancelled too, and its lock is gone', async () => {
    const run: Job['run'] = async (context) => {
      await context.command(sql<never>('test.nap')`SELECT pg_sleep(20)`, { lockTimeoutMs: 100 });
      return report('?');
    };
    const one = await start([aJob({ name: 'commander', run })]);
    const runId = await one.ask('commander');
    await becomes('it runs', async () =>
      (await sessionsOfJobs()).some(({ query }) => query.includes('pg_sleep')),
    );
    await one.jobs.cancel(runId, 'an operator');
    expect(await one.ended(runId)).toMatchObject({
      ...{ state: 'cancelled', cancelledBy: 'an operator', error: { code: 'cancelled' } },
    });
    await becomes('its session has ended', async () => (await sessionsOfJobs()).length === 0, 3000);
  });

  it('another instance can cancel it', async () => {
    const [one, other] = [await start([aJob({ name: 'slow', run: asleep })]), await start([])];
    const runId = await one.ask('slow');
    await becomes('it runs', async () => (await one.jobs.run(runId)).state === 'running');
    await other.jobs.cancel(runId, 'a neighbour');
    expect(await one.ended(runId)).toMatchObject({ state: 'cancelled', cancelledBy: 'a neighbour' });
  });

  it('shutdown: it is left to another instance at once', async () => {
    let runs = 0;
    const run: Job['run'] = async (context) =>
      ++runs === 1 ? until(context.signal) : report('by the other');
    const one = await start([aJob({ name: 'handed-over', retries: 1, run })]);
    const runId = await one.ask('handed-over');
    await becomes('it runs', () => runs === 1);
    await one.stop();
    instances = [];
    const other = await start([aJob({ name: 'handed-over', retries: 1, run })]);
    expect(await other.ended(runId)).toMatchObject({ state: 'succeeded', attempt: 2 });
  });
});

const sessionsOfJobs = () =>
  database.query<{ query: string }>(
    `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'ethhook-admin job %'`,
  );

describe('the fence', () => {
  /** As if an instance had stood still for longer than its lease, in the middle of `job`. */
  const takenOver = (job: string) =>
    database.query(`UPDATE ethhook_admin_job_runs SET fence = fence + 1 WHERE job = $1`, [job]);

  it.each<[string, (context: JobContext) => Promise<unknown>]>([
    ['a statement', (context) => context.query(act('late'))],
    ['a transaction', (context) => context.transaction({}, (tx) => tx.query(act('late')))],
    [
      'its last transaction',
      (context) => context.finish((tx) => tx.query(act('late')).then(() => report('?'))),
    ],
    [
      'a command',
      (context) =>
        context.command(sql<never>('test.act')`INSERT INTO acts (who) VALUES ('late')`, {
          lockTimeoutMs: 100,
        }),
    ],
  ])('refuses %s of a run that was taken over', async (_what, late) => {
    let refusal: unknown;
    const run: Job['run'] = async (context) => {
      await takenOver('frozen');
      refusal = await late(context).catch((error: unknown) => error);
      return report('I think I am still the one');
    };
    const one = await start([aJob({ name: 'frozen', run })], {}, { beatMs: 60_000 });
    const runId = await one.ask('frozen');
    await becomes('it was refused', () => refusal !== undefined);
    expect(refusal).toMatchObject({ code: 'run_taken_over' });
    await sleep(200);
    expect(await acts()).toEqual([]);
    expect(await one.jobs.run(runId)).toMatchObject({ state: 'running', summary: null });
  });

  it('is held by an open transaction: nobody takes over until that has ended', async () => {
    let taken: unknown[] = [];
    const run: Job['run'] = async (context) =>
      context.transaction({}, async (tx) => {
        await tx.query(act('in time'));
        await database.query(`UPDATE ethhook_admin_job_runs SET lease_until = now() - INTERVAL '1 s'`);
        taken = await database.query(`SELECT id FROM ethhook_admin_job_runs FOR UPDATE SKIP LOCKED`);
        return report('well');
      });
    const one = await start([aJob({ name: 'held', run })], {}, { beatMs: 60_000, pollMs: 60_000 });
    const runId = await one.ask('held');
    expect(await one.ended(runId)).toMatchObject({ state: 'succeeded' });
    expect(taken).toEqual([]);
  });

  it('finish() does a thing and says so in one: a kill right after it has it not done again', async () => {
    const run: Job['run'] = async (context) => {
      await context.finish((tx) => tx.query(act('once')).then(() => report('done')));
      return sleep(20_000).then(() => report('?'));
    };
    const one = await start([aJob({ name: 'once', retries: 3, timeoutMs: 300, run })]);
    const runId = await one.ask('once');
    await sleep(1500);
    expect(await one.jobs.run(runId)).toMatchObject({ state: 'succeeded', attempt: 1, summary: 'done' });
    expect(await acts()).toEqual(['once']);
    const [committed] = await database.query(
      'SELECT a.xmin = r.xmin AS "together" FROM acts a, ethhook_admin_job_runs r',
    );
    expect(committed).toEqual({ together: true });
  });
});

describe('a lease that is not renewed', () => {
  const left = (job: string, attempt: number) =>
    database.query(
      `INSERT INTO ethhook_admin_job_runs (job, state, attempt, fence, lease_until, instance)
       VALUES ($1, 'running', $2, 7, now() - INTERVAL '1 s', 'gone')`,
      [job, attempt],
    );

  it('is taken over where the job allows another try', async () => {
    const one = await start([
      aJob({ name: 'resumed', retries: 1, run: () => Promise.resolve(report('again')) }),
    ]);
    await left('resumed', 1);
    await becomes('it ran', async () => (await runsOf('resumed'))[0]?.state === 'succeeded');
    const [run] = await one.jobs.runs({ job: 'resumed', limit: 5 });
    expect(run).toMatchObject({ attempt: 2, error: { code: 'lease_expired' } });
  });

  it('is given up where it does not', async () => {
    await start([aJob({ name: 'given-up', retries: 1 })]);
    await left('given-up', 2);
    await becomes('it is given up', async () => (await runsOf('given-up'))[0]?.state === 'abandoned');
  });

  it('ends the session that its holder has left behind', async () => {
    const [holder] = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    expect(holder?.pid).toBeGreaterThan(0);
    let runs = 0;
    const run: Job['run'] = async (context) => {
      if (++runs > 1) return report('again');
      await context.command(sql<never>('test.nap')`SELECT pg_sleep(20)`, { lockTimeoutMs: 100 });
      return report('?');
    };
    // The first instance does not beat, and so seems to be frozen.
    const one = await start(
      [aJob({ name: 'silent', retries: 1, run })],
      {},
      { beatMs: 60_000, leaseMs: 500, pollMs: 60_000 },
    );
    const runId = await one.ask('silent');
    await becomes('it runs', () => runs === 1);
    const other = await start([aJob({ name: 'silent', retries: 1, run })]);
    expect(await other.ended(runId)).toMatchObject({ state: 'succeeded', attempt: 2, summary: 'again' });
  });
});

describe('by schedule', () => {
  it('runs each slot once, on two instances, in the order of the slots', async () => {
    const ticking = aJob({
      name: 'ticking',
      schedule: EVERY_SECOND,
      run: (context) => context.finish((tx) => tx.query(act('tick')).then(() => report('tick'))),
    });
    await start([ticking]);
    await start([ticking]);
    await becomes('three slots were run', async () => (await acts()).length >= 3);
    const runs = await runsOf('ticking');
    const slots = runs.map(({ scheduled_for }) => scheduled_for.getTime());
    expect(slots).toEqual(slots.map((_, index) => (slots[0] ?? 0) + index * 1000));
  });

  it('of the configuration, or switched off by it', async () => {
    const one = await start(
      [aJob({ name: 'moved', schedule: '0 2 * * *' }), aJob({ name: 'off', schedule: EVERY_SECOND })],
      { MAINTENANCE_SCHEDULES: 'moved=30 4 * * sun; off=off', MAINTENANCE_TIME_ZONE: 'Europe/Berlin' },
    );
    const [moved, off] = [await one.jobs.find('moved'), await one.jobs.find('off')];
    expect(moved).toMatchObject({ kind: 'scheduled', schedule: '30 4 * * sun' });
    expect(moved.nextRunAt).toMatch(/T0[23]:30:00\.000Z$/);
    expect(off).toMatchObject({ kind: 'by-hand', schedule: null, nextRunAt: null });
    await sleep(1500);
    expect(await runsOf('off')).toEqual([]);
  });

  it('of a job that does not exist is refused at the start', async () => {
    await expect(start([], { MAINTENANCE_SCHEDULES: 'vacum=0 2 * * *' })).rejects.toThrow(
      /MAINTENANCE_SCHEDULES: there is no job of the name vacum/,
    );
  });

  it.each([
    ['catch-up', [{ state: 'succeeded' }]],
    ['skip', [{ state: 'skipped', summary: expect.stringContaining('missed') }]],
  ] as const)('the latest of missed slots, by the rule %s', async (missed, expected) => {
    await database.query(
      `INSERT INTO ethhook_admin_jobs (name, last_slot) VALUES ('hourly', now() - INTERVAL '5 hours')`,
    );
    await start([aJob({ name: 'hourly', schedule: everyHourButNow(), missed })]);
    await becomes('it is decided', async () =>
      ['succeeded', 'skipped'].includes((await runsOf('hourly'))[0]?.state ?? ''),
    );
    await sleep(300);
    const runs = await runsOf('hourly');
    expect(runs).toMatchObject(expected);
    expect(Date.now() - (runs[0]?.scheduled_for.getTime() ?? 0)).toBeLessThan(3_600_000);
  });

  /** Some minutes ago, so that no slot comes while the test runs. */
  const everyHourButNow = () => `${(new Date().getUTCMinutes() + 50) % 60} * * * *`;

  it('a slot that comes while the run before it goes on waits, or is skipped, by the rule', async () => {
    const slow = (name: string, missed: Job['missed']) =>
      aJob({ name, schedule: EVERY_SECOND, missed, run: () => sleep(2500).then(() => report('slow')) });
    await start([slow('waits', 'catch-up'), slow('skips', 'skip')]);
    await becomes('some were skipped', async () =>
      (await runsOf('skips')).some(
        ({ state, summary }) => state === 'skipped' && summary.includes('had not ended'),
      ),
    );
    await becomes('some wait', async () => (await runsOf('waits')).some(({ state }) => state === 'queued'));
    expect((await runsOf('waits')).some(({ state }) => state === 'skipped')).toBe(false);
  });

  it('a pause holds slots back, of a job or of all; after it the latest is caught up', async () => {
    const one = await start([aJob({ name: 'hourly', schedule: everyHourButNow() })]);
    await one.jobs.pause('hourly', 'an operator', 'an incident');
    await one.jobs.pause(null, null, null);
    await database.query(
      `UPDATE ethhook_admin_jobs SET last_slot = now() - INTERVAL '5 hours' WHERE name = 'hourly'`,
    );
    expect((await one.jobs.find('hourly')).paused).toMatchObject({ scope: 'all' });
    await expect(one.ask('hourly')).rejects.toMatchObject({ code: 'job_paused' });
    await one.jobs.resume(null, 'an operator');
    expect((await one.jobs.find('hourly')).paused).toMatchObject({
      ...{ scope: 'job', by: 'an operator', reason: 'an incident' },
    });
    await sleep(500);
    expect(await runsOf('hourly')).toEqual([]);
    await one.jobs.resume('hourly', 'an operator');
    await becomes('it is caught up', async () => (await runsOf('hourly'))[0]?.state === 'succeeded');
    expect((await one.jobs.find('hourly')).paused).toBeNull();
  });
});

describe('a heavy job', () => {
  const CLOSED = closedNow();

  it('outside the windows is skipped by schedule, refused by hand, and forced', async () => {
    const one = await start([aJob({ name: 'heavy', weight: 'heavy', schedule: EVERY_SECOND })], {
      MAINTENANCE_WINDOWS: CLOSED,
    });
    await becomes('a slot was skipped', async () => (await runsOf('heavy')).length > 0);
    expect((await runsOf('heavy'))[0]).toMatchObject({
      ...{
        state: 'skipped',
        summary: expect.stringMatching(/outside the maintenance windows; the next one opens 20/),
      },
    });
    await expect(one.ask('heavy')).rejects.toMatchObject({
      ...{ kind: 'conflict', code: 'outside_window', message: expect.stringMatching(/opens 20\d\d-/) },
    });
    expect(await one.ended(await one.ask('heavy', { force: true }))).toMatchObject({
      state: 'succeeded',
      isForced: true,
    });
    expect(await one.ended(await one.ask('heavy', { dryRun: true }))).toMatchObject({ state: 'succeeded' });
  });

  it('does not begin while a long transaction is open, unless forced', async () => {
    const one = await start([aJob({ name: 'heavy', weight: 'heavy' })], {
      MAINTENANCE_MAX_TRANSACTION_SECONDS: '1',
    });
    const writer = openTransaction();
    await becomes('it is old', async () => (await oldestTransactionMs()) > 1200);
    const ended = await one.ended(await one.ask('heavy'));
    expect(ended).toMatchObject({
      ...{ state: 'skipped', summary: expect.stringMatching(/^not begun, since a transaction of pid \d+/) },
    });
    expect(await one.ended(await one.ask('heavy', { force: true }))).toMatchObject({ state: 'succeeded' });
    await writer.end();
    expect(await one.ended(await one.ask('heavy'))).toMatchObject({ state: 'succeeded' });
  });

  it('that blocks others for too long is stopped, and tried again later', async () => {
    let runs = 0;
    const run: Job['run'] = (context) =>
      context.transaction({}, async (tx) => {
        if (++runs > 1) return report('alone now');
        await tx.query(sql<never>('test.lock')`LOCK TABLE acts IN ACCESS EXCLUSIVE MODE`);
        await tx.query(nap(20));
        return report('?');
      });
    const one = await start([aJob({ name: 'rude', weight: 'heavy', retries: 1, mayBlockMs: 500, run })]);
    const runId = await one.ask('rude');
    await becomes('it holds the lock', async () =>
      (await sessionsOfJobs()).some(({ query }) => query.includes('pg_sleep')),
    );
    const reader = database.query('SELECT count(*) FROM acts');
    await reader;
    expect(await one.ended(runId)).toMatchObject({
      ...{
        state: 'succeeded',
        attempt: 2,
        error: { code: 'traffic_suffers', message: expect.stringContaining('wait for its locks') },
      },
    });
  });

  it('is stopped when the window closes, and is not begun anew', async () => {
    const closing = jest
      .spyOn(MaintenanceWindows.prototype, 'closesAfter')
      .mockImplementation((at) => new Date(at.getTime() + 300));
    const run: Job['run'] = async (context) => {
      await context.query(act('begun'));
      return until(context.signal);
    };
    const one = await start([aJob({ name: 'long', weight: 'heavy', retries: 3, run })]);
    const ended = await one.ended(await one.ask('long')).finally(() => closing.mockRestore());
    expect(ended).toMatchObject({ state: 'cancelled', attempt: 1, error: { code: 'window_closed' } });
    expect(await acts()).toEqual(['begun']);
  });

  it('is stopped when the database is busy for three looks, not for one', async () => {
    const stopping = new AbortController();
    const run: Job['run'] = async (context) => {
      const [row] = await context.query(activeBackends());
      void busy(Math.max(0, 36 - Number(row?.active)), stopping.signal);
      return until(context.signal);
    };
    const one = await start([aJob({ name: 'long', weight: 'heavy', run })], {
      MAINTENANCE_MAX_ACTIVE_BACKENDS: '30',
    });
    const ended = await one.ended(await one.ask('long')).finally(() => stopping.abort());
    expect(ended).toMatchObject({
      state: 'failed',
      error: {
        code: 'traffic_suffers',
        message: expect.stringMatching(/\d+ backends are active, more than 30/),
      },
    });
    expect(ended.durationMs).toBeGreaterThan(2000);
  });

  it('does not begin while too little disk is free, where that can be seen', async () => {
    const one = await start([aJob({ name: 'heavy', weight: 'heavy' })], {
      MAINTENANCE_MIN_FREE_DISK_BYTES: String(2 ** 50),
    });
    expect(await one.ended(await one.ask('heavy'))).toMatchObject({
      ...{ state: 'skipped', summary: expect.stringMatching(/^not begun, since \d+ MB of disk are free/) },
    });
  });

  it('runs one at a time in the cluster, light ones beside it', async () => {
    let running = 0;
    let most = 0;
    const run: Job['run'] = async () => {
      most = Math.max(most, ++running);
      await sleep(400);
      running--;
      return report('well');
    };
    const jobs = [...['a', 'b'].map((name) => aJob({ name, weight: 'heavy', run })), aJob({ name: 'light' })];
    const [one, other] = [await start(jobs), await start(jobs)];
    const runs = [await one.ask('a'), await other.ask('b')];
    expect(await one.ended(await one.ask('light'))).toMatchObject({ state: 'succeeded' });
    for (const run of runs) await one.ended(run);
    expect(most).toBe(1);
  });

  const activeBackends = () => sql<{ active: string }>('test.active-backends')`
    SELECT count(*) AS active FROM pg_stat_activity WHERE backend_type = 'client backend' AND state = 'active'`;

  /** So many sessions that are active, until `stop` fires. */
  async function busy(sessions: number, stop: AbortSignal): Promise<void> {
    const pool = new pg.Pool({ connectionString: database.url, max: sessions });
    const napping = Array.from({ length: sessions }, () => pool.query('SELECT pg_sleep(15)'));
    stop.addEventListener('abort', () => {
      void database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND query = 'SELECT pg_sleep(15)'`,
      );
    });
    pool.on('error', () => undefined);
    await Promise.allSettled(napping);
    await pool.end();
  }

  /** A window of one hour, twelve hours from now. */
  function closedNow(): string {
    const hour = (new Date().getUTCHours() + 12) % 24;
    const padded = (value: number) => String(value).padStart(2, '0');
    return `daily ${padded(hour)}:00-${padded(hour)}:59`;
  }

  function openTransaction() {
    const ending = new AbortController();
    const open = database
      .query(
        `DO $$ BEGIN PERFORM count(*) FROM acts; INSERT INTO acts (who) VALUES ('x'); PERFORM pg_sleep(20); END $$`,
      )
      .catch(() => undefined);
    return {
      end: async () => {
        ending.abort();
        await database.query(
          `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'DO $$%'`,
        );
        await open;
      },
    };
  }
  const oldestTransactionMs = async () =>
    Number(
      (
        await database.query(
          `SELECT extract(epoch FROM clock_timestamp() - min(xact_start)) * 1000 AS ms FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'DO $$%' AND backend_xid IS NOT NULL`,
        )
      )[0]?.['ms'] ?? 0,
    );
});

describe('who watches', () => {
  it('sees the progress of the job and of PostgreSQL, then the end', async () => {
    await database.query(
      "CREATE TABLE big AS SELECT g AS id, repeat('x', 100) AS text FROM generate_series(1, 100000) g",
    );
    const run: Job['run'] = async (context) => {
      context.progress('big', 1, 2);
      await context.command(sql<never>('test.slow-down')`SET vacuum_cost_delay = 50`, {
        lockTimeoutMs: 1000,
      });
      await context.command(sql<never>('test.vacuum')`VACUUM (FREEZE, ANALYZE) big`, { lockTimeoutMs: 1000 });
      return report('vacuumed');
    };
    const one = await start([aJob({ name: 'vacuuming', run })]);
    const runId = await one.ask('vacuuming');
    const seen: RunDetails[] = [];
    for await (const state of one.jobs.watch(runId, AbortSignal.timeout(15_000))) seen.push(state);
    expect(seen).toContainEqual(
      expect.objectContaining({
        ...{ state: 'running', progress: { text: 'big', done: 1, total: 2 } },
        databaseProgress: expect.objectContaining({
          ...{ command: 'VACUUM', target: 'big', phase: 'scanning heap' },
          ...{ blocksDone: expect.any(Number), blocksTotal: expect.any(Number) },
        }),
      }),
    );
    expect(seen.at(-1)).toMatchObject({ state: 'succeeded', summary: 'vacuumed', databaseProgress: null });
  });
});

describe('a continuous task', () => {
  it('is listed, paused and resumed like a job', async () => {
    const one = await start([]);
    let runs = 0;
    one.tasks.start({ name: 'folding', description: 'Folds.', run: () => Promise.resolve(runs++ * 0 + 20) });
    await becomes('it runs', () => runs > 2);
    expect(await one.jobs.list()).toMatchObject([{ name: 'folding', kind: 'continuous', paused: null }]);
    await expect(one.ask('folding')).rejects.toMatchObject({ code: 'job_is_continuous' });
    await one.jobs.pause('folding', 'me', null);
    await sleep(1500);
    const before = runs;
    await sleep(1000);
    expect(runs).toBe(before);
    await one.jobs.resume('folding', 'me');
    await becomes('it goes on', () => runs > before, 3000);
  });
});
