import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import type { QueryRunner } from '../../src/kernel/database/database.js';
import type { DedicatedSession } from '../../src/kernel/database/dedicated-session.js';
import { sql, type Sql } from '../../src/kernel/database/sql.js';
import { LeaderLoop } from '../../src/kernel/tasks/leader-loop.js';
import { LeaderSession } from '../../src/kernel/tasks/leader-session.js';
import type { LeaderTask } from '../../src/kernel/tasks/leader-task.js';
import { becomes, sessionsOf } from '../support/leader-tasks.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

let database: TestDatabase;
let loops: LeaderLoop[];

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  await database.query('CREATE TABLE acts (who text, backend int)');
});
beforeEach(() => {
  loops = [];
});
afterEach(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  await database.query('TRUNCATE acts');
});
afterAll(() => database.drop());

function start(run: LeaderTask['run'], name = 'act'): LeaderLoop {
  const loop = new LeaderLoop({ name, description: '', run }, sessionsOf(database.url).sessions);
  loops.push(loop);
  loop.start();
  return loop;
}

const act = (who: string) =>
  sql<{ backend: number }>('test.act')`
  INSERT INTO acts (who, backend) VALUES (${who}, pg_backend_pid()) RETURNING backend`;
const setting = (name: string) =>
  sql<{ value: string }>('test.read-setting')`SELECT current_setting(${name}) AS value`;
const nap = (seconds: number) => sql<never>('test.nap')`SELECT pg_sleep(${seconds})`;
const actors = async () =>
  (await database.query<{ who: string }>('SELECT DISTINCT who FROM acts')).map(({ who }) => who);
const sessions = () =>
  database.query<{ pid: number; application_name: string }>(
    `SELECT pid, application_name FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'ethhook-admin act%'`,
  );

describe('two loops of one task', () => {
  const actor = (who: string) => start((session) => session.query(act(who)).then(() => 10));

  it('have one leader, and the other follows within 2 s when it stops', async () => {
    const first = actor('first');
    await becomes('first leads', () => first.state.isLeader);
    const second = actor('second');
    await sleep(2500);
    expect([first.state.isLeader, second.state.isLeader]).toEqual([true, false]);
    expect(await actors()).toEqual(['first']);
    await first.stop();
    await becomes('second leads', () => second.state.runs > 0, 2000);
    expect(first.state.isLeader).toBe(false);
  });

  it('never run at once, whatever they do to each other', async () => {
    let running = 0;
    let most = 0;
    const run: LeaderTask['run'] = async (session) => {
      most = Math.max(most, ++running);
      await session.query(nap(0.02));
      running--;
      if (Math.random() < 0.3) throw new Error('gives up the lead');
      return 0;
    };
    for (let index = 0; index < 4; index++) start(run);
    await becomes('20 runs', () => loops.reduce((sum, { state }) => sum + state.runs, 0) > 20, 25_000);
    expect(most).toBe(1);
  });

  it('of different names do not hinder each other', async () => {
    const one = start(() => Promise.resolve(50), 'act-one');
    const other = start(() => Promise.resolve(50), 'act-other');
    await becomes('both lead', () => one.state.runs > 0 && other.state.runs > 0, 3000);
  });
});

it('acts on a connection of its own, with bounds of its own', async () => {
  const settings: Record<string, string | undefined> = {};
  let backend = 0;
  const loop = start(async (session) => {
    for (const name of [
      'application_name',
      'statement_timeout',
      'lock_timeout',
      'idle_session_timeout',
      'idle_in_transaction_session_timeout',
      'TimeZone',
    ])
      settings[name] = (await session.query(setting(name)))[0]?.value;
    backend = (await session.query(act('me')))[0]?.backend ?? 0;
    return 60_000;
  });
  await becomes('it ran', () => loop.state.runs > 0);
  expect(settings).toEqual({
    application_name: 'ethhook-admin act',
    statement_timeout: '5min',
    lock_timeout: '5s',
    idle_session_timeout: '10s',
    idle_in_transaction_session_timeout: '10s',
    TimeZone: 'UTC',
  });
  expect(await sessions()).toEqual([{ pid: backend, application_name: 'ethhook-admin act' }]);
});

it('keeps its lock between runs that are further apart than the idle time-out', async () => {
  const loop = start(() => Promise.resolve(12_500));
  await becomes('it ran', () => loop.state.runs === 1);
  const before = await sessions();
  await becomes('it ran again', () => loop.state.runs === 2, 20_000);
  expect(loop.state.failures).toBe(0);
  expect(await sessions()).toEqual(before);
});

describe('a run that throws', () => {
  it('is rolled back and tried again with back-off, on a session without a trace of it', async () => {
    let runs = 0;
    const backends: (number | undefined)[] = [];
    const loop = start((session) =>
      session.transaction({}, async (tx) => {
        const [row] = await tx.query(act(`run ${++runs}`));
        backends.push(row?.backend);
        if (runs < 4) throw new TypeError('not today');
        return 60_000;
      }),
    );
    await becomes('it ran well', () => loop.state.runs === 1);
    expect(await actors()).toEqual(['run 4']);
    expect(new Set(backends).size).toBe(4);
    expect(loop.state).toMatchObject({
      failures: 3,
      isLeader: true,
      lastError: { message: 'not today' },
    });
  });

  it('lets another instance do better', async () => {
    const broken = start(() => Promise.reject(new Error('always')));
    await becomes('it failed', () => broken.state.failures > 0);
    const sound = start((session) => session.query(act('sound')).then(() => 50));
    await becomes('the other leads', () => sound.state.runs > 0, 5000);
  });

  it('does not flood: it waits longer each time', async () => {
    const loop = start(() => Promise.reject(new Error('always')));
    await sleep(4000);
    expect(loop.state.failures).toBeGreaterThanOrEqual(3);
    expect(loop.state.failures).toBeLessThanOrEqual(6);
  });
});

describe('shutdown', () => {
  it('lets a run that looks at its signal end, and frees the lock at once', async () => {
    let isAsked = false;
    const loop = start(async (session, signal) => {
      while (!signal.aborted) await session.query(nap(0.02));
      isAsked = true;
      return 0;
    });
    await becomes('it runs', () => loop.state.isLeader);
    const startedAt = performance.now();
    await loop.stop();
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(isAsked).toBe(true);
    await becomes('its session has ended', async () => (await sessions()).length === 0, 1000);
  });

  it('does not wait for one that does not, and nothing of it stays', async () => {
    const loop = start((session) =>
      session.transaction({}, async (tx) => {
        await tx.query(act('late'));
        await tx.query(nap(20));
        return 0;
      }),
    );
    await becomes('it runs', () => loop.state.isLeader);
    await sleep(200);
    const startedAt = performance.now();
    await loop.stop();
    expect(performance.now() - startedAt).toBeLessThan(4000);
    await becomes('its session has ended', async () => (await sessions()).length === 0, 3000);
    expect(await actors()).toEqual([]);
  });

  it('while it rests or follows is immediate', async () => {
    const leader = start(() => Promise.resolve(60_000));
    await becomes('it rests', () => leader.state.runs > 0);
    const follower = start(() => Promise.resolve(60_000));
    await sleep(300);
    const startedAt = performance.now();
    await Promise.all([leader.stop(), follower.stop()]);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('behind a pooler in transaction mode', () => {
  let backends: pg.Client[];

  beforeEach(async () => {
    backends = [0, 1].map(() => new pg.Client({ connectionString: database.url }));
    for (const backend of backends) await backend.connect();
  });
  afterEach(() => Promise.all(backends.map((backend) => backend.end())));

  /** A session as such a pooler gives it: each transaction on the backend that `pick` says. */
  function pooled(pick: () => number): LeaderSession {
    const on = (index: number): QueryRunner => ({
      query: async <Row>({ text, values }: Sql<Row>) =>
        (await backends[index]?.query(text, [...values]))?.rows as Row[],
    });
    const session: Pick<DedicatedSession, 'query' | 'transaction'> = {
      query: (statement) => on(pick()).query(statement),
      transaction: (_options, run) => run(on(pick())),
    };
    return new LeaderSession(session as DedicatedSession, 'act');
  }

  it('a leader that meets another backend than its own says so, and does not act', async () => {
    let backend = 0;
    const leader = pooled(() => backend);
    expect(await leader.takeLock()).toBe(true);
    await leader.assertLeader();
    backend = 1;
    await expect(leader.assertLeader()).rejects.toThrow(/PgBouncer/);
    const run = jest.fn();
    await expect(leader.transaction({}, run)).rejects.toMatchObject({ code: 'leadership_lost' });
    expect(run).not.toHaveBeenCalled();
  });

  it('two that were given the same backend, where the lock can be taken twice, are not both leader', async () => {
    const [first, second] = [pooled(() => 0), pooled(() => 0)];
    expect([await first.takeLock(), await second.takeLock()]).toEqual([true, true]);
    await expect(first.assertLeader()).rejects.toThrow(/no longer holds/);
    await second.assertLeader();
  });
});
