import { Logger } from '@nestjs/common';
import { LeaderLoop } from '../../src/kernel/tasks/leader-loop.js';
import { Fold } from '../../src/modules/statistics/fold.js';
import { LiveStatisticsReads } from '../../src/modules/statistics/live-statistics.reads.js';
import { OriginalStatisticsReads } from '../../src/modules/statistics/original-statistics.reads.js';
import { AuditTask } from '../../src/modules/statistics/tasks/audit.task.js';
import { FoldTask } from '../../src/modules/statistics/tasks/fold.task.js';
import { createExactWorld } from '../support/exact-world.js';
import { becomes, sessionsOf } from '../support/leader-tasks.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { expectExactReads, expectExactRollups, foldAll, startWriter } from '../support/rollup-engine.js';
import { ids } from '../support/small-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

let database: TestDatabase;
let session: OwnSession;
let loops: LeaderLoop[];

beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  loops = [];
  database = await createTestDatabase();
  await createExactWorld(database);
  session = await openSession(database.url);
});
afterEach(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  await session.close();
  await database.drop();
});

function start(task: FoldTask | AuditTask): LeaderLoop {
  const loop = new LeaderLoop(task, sessionsOf(database.url).sessions);
  loops.push(loop);
  loop.start();
  return loop;
}
const startFold = () => start(new FoldTask(50, { folded: () => undefined }));

const one = async <T>(text: string, values: readonly unknown[] = []) =>
  Object.values((await database.query(text, values))[0] ?? {})[0] as T;
const isFolded = async () =>
  (await one<string>('SELECT count(*) FROM statistics_rebuilds')) === '0' &&
  (await one<boolean>(
    `SELECT s.caught_up AND NOT EXISTS (SELECT FROM delivery_attempts a WHERE a.written_in >= s.horizon) FROM statistics_state s`,
  ));
const addAttempt = (id: string) =>
  `INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number, duration_ms, success)
   VALUES ('${id}', '${ids.failed}', '${ids.aliceMain}', 3, 77, true)`;

const reads = (maxTailRows: number) =>
  new LiveStatisticsReads(session, maxTailRows, new OriginalStatisticsReads(session));
const sourceOf = async (maxTailRows = 5000) => (await reads(maxTailRows).dashboard(ids.alice)).trust;

describe('the fold as a task', () => {
  it('builds what there was before it, beside writers, and is exact at every moment', async () => {
    await database.query('DELETE FROM statistics_totals');
    await database.query(
      `INSERT INTO statistics_rebuilds (user_id, part, reason) SELECT id, 'all', 'first build' FROM users`,
    );
    const writers = [await startWriter(database.url), await startWriter(database.url)];
    expect(await sourceOf()).toMatchObject({ source: 'original' });
    await expectExactReads(session);
    startFold();
    await becomes('some are built', async () => (await sourceOf()).source === 'live', 30_000);
    expect((await expectExactReads(session)).live).toBeGreaterThan(0);
    expect(Math.min(...(await Promise.all(writers.map((writer) => writer.stop()))))).toBeGreaterThan(10);
    await becomes('all is folded', isFolded, 30_000);
    await expectExactRollups(session);
    expect((await expectExactReads(session)).original).toBe(0);
  });

  it('is one of two that leads, and the other goes on when its session is lost', async () => {
    const two = [startFold(), startFold()];
    const writer = await startWriter(database.url);
    for (let time = 0; time < 4; time++) {
      await becomes('one leads', () => two.some(({ state }) => state.isLeader && state.runs > 0), 20_000);
      expect(two.filter(({ state }) => state.isLeader)).toHaveLength(1);
      await expectExactReads(session);
      await database.query(
        `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
          WHERE l.locktype = 'advisory' AND a.datname = current_database()`,
      );
      await becomes('it knows', () => two.some(({ state }) => state.failures > time / 2));
    }
    await writer.stop();
    await becomes('all is folded', isFolded, 30_000);
    await expectExactRollups(session);
  });

  it('says that it is current while nothing comes', async () => {
    startFold();
    await becomes('all is folded', isFolded, 30_000);
    const before = await one<Date>('SELECT folded_at FROM statistics_state');
    await becomes(
      'it looked again',
      async () => (await one<Date>('SELECT folded_at FROM statistics_state')) > before,
      2000,
    );
  });
});

it('catches up in bounded steps; answers are of the last fold meanwhile, and say whether of one moment', async () => {
  await foldAll(session);
  const before = (await reads(200).dashboard(ids.alice)).value;
  for (let turn = 0; turn < 20; turn++)
    await database.query(
      `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, duration_ms, success)
       SELECT $1, $2, n, n, true FROM generate_series(1, 20) n`,
      [ids.failed, ids.aliceMain],
    );
  expect(await sourceOf(200)).toMatchObject({ source: 'rollups', exact: true });
  expect((await reads(200).dashboard(ids.alice)).value).toMatchObject({ deliveries: before.deliveries });
  const fold = new Fold(session);
  expect(await fold.step(50)).toMatchObject({ isBehind: true });
  expect(await sourceOf(200)).toMatchObject({ source: 'rollups', exact: false });
  await expectExactReads(session);
  let steps = 1;
  while ((await fold.step(50)).isBehind) steps++;
  expect(steps).toBeGreaterThanOrEqual(5);
  expect(await sourceOf(200)).toMatchObject({ source: 'live', exact: true });
  await expectExactRollups(session);
});

it('that too much is in no rollup is not found out anew by each read, and for a second only', async () => {
  await foldAll(session);
  await database.query(addAttempt('00000000-0000-4000-8000-000000000001'));
  const statements: string[] = [];
  const live = new LiveStatisticsReads(
    {
      query: (statement) => {
        statements.push(statement.text.includes('written AS MATERIALIZED') ? 'live' : 'folded');
        return session.query(statement);
      },
    },
    0,
    new OriginalStatisticsReads(session),
  );
  const source = async () => (await live.dashboard(ids.alice)).trust.source;
  expect([await source(), await source()]).toEqual(['rollups', 'rollups']);
  expect(statements).toEqual(['live', 'folded', 'folded']);
  await foldAll(session);
  await becomes('it looks again', async () => (await source()) === 'live');
});

it('a writing transaction that stays open holds nobody up, and its rows come when it commits', async () => {
  await foldAll(session);
  const writer = await openSession(database.url);
  await writer.run('BEGIN');
  await writer.run(addAttempt('00000000-0000-4000-8000-000000000001'));
  await writer.run(`DELETE FROM delivery_attempts WHERE event_id = $1`, [ids.old]);
  await database.query(addAttempt('00000000-0000-4000-8000-000000000002'));
  await foldAll(session);
  await expectExactRollups(session);
  expect((await expectExactReads(session)).rollups).toBe(0);
  // Folded although it came after the one that is open: no tail is left for a read.
  expect(await sourceOf(1)).toMatchObject({ source: 'live' });
  await writer.run('COMMIT');
  await expectExactReads(session);
  await foldAll(session);
  await expectExactReads(session);
  await expectExactRollups(session);
  await writer.close();
});

it("an old reader's snapshot reads what was, however far the fold has gone on", async () => {
  await foldAll(session);
  await database.query(addAttempt('00000000-0000-4000-8000-000000000003'));
  const reader = await openSession(database.url);
  await reader.run('BEGIN ISOLATION LEVEL REPEATABLE READ');
  const live = new LiveStatisticsReads(reader, 5000, new OriginalStatisticsReads(reader));
  const before = await live.dashboard(ids.alice);
  const writer = await startWriter(database.url);
  for (let time = 0; time < 5; time++) await foldAll(session);
  await writer.stop();
  await foldAll(session);
  const after = await live.dashboard(ids.alice);
  expect(after).toEqual(before);
  expect(after.value).toEqual((await new OriginalStatisticsReads(reader).dashboard(ids.alice)).value);
  await reader.close();
  await expectExactRollups(session);
});

describe('what is counted anew', () => {
  beforeEach(() => foldAll(session));

  it.each([
    ['the attempts are truncated', 'TRUNCATE delivery_attempts', 'dashboard'],
    [
      'an endpoint moves to another owner',
      `UPDATE endpoints SET application_id = '${ids.bobApp}' WHERE id = '${ids.aliceMain}'`,
      'performance',
    ],
    [
      'an application moves to another owner',
      `UPDATE applications SET user_id = '${ids.bob}' WHERE id = '${ids.aliceApp}'`,
      'chains',
    ],
    [
      "an endpoint's chains change",
      `UPDATE endpoints SET chain_ids = '{5}' WHERE id = '${ids.aliceMain}'`,
      'chains',
    ],
    [
      'an endpoint is deleted, and comes again in another application',
      `WITH gone AS (DELETE FROM endpoints WHERE id = '${ids.aliceMain}' RETURNING id) SELECT FROM gone;
       INSERT INTO endpoints (id, application_id, name, webhook_url, hmac_secret, chain_ids)
       VALUES ('${ids.aliceMain}', '${ids.bobApp}', 'again', 'https://a.example.com', 's', '{7}')`,
      'chains',
    ],
  ])('%s: the original answers until it is done', async (_, statement) => {
    await session.run(statement);
    const meanwhile = await expectExactReads(session);
    expect(meanwhile.original).toBeGreaterThan(0);
    await new Fold(session).step();
    await expectExactReads(session);
    await foldAll(session);
    expect((await expectExactReads(session)).original).toBe(0);
    await expectExactRollups(session);
  });
});

describe('the audit', () => {
  const found: { rows: number; drifted: number }[] = [];
  const audit = async (times: number) => {
    found.length = 0;
    const task = new AuditTask(0.001, {
      auditedRows: (rows, drifted) => void found.push({ rows, drifted }),
    });
    const loop = start(task);
    // A run that draws a user without attempts has nothing to count.
    await becomes(`${times} audits`, () => found.length >= times, 60_000);
    await loop.stop();
    expect(loop.state.lastError).toBeNull();
  };

  it('finds nothing where nothing is wrong, also beside writers and in the middle of a fold', async () => {
    await foldAll(session);
    const writer = await startWriter(database.url);
    startFold();
    await audit(60);
    await writer.stop();
    expect(found.length).toBeGreaterThanOrEqual(60);
    expect(found.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(1000);
    expect(found.filter(({ drifted }) => drifted > 0)).toEqual([]);
    expect(await one('SELECT count(*) FROM statistics_audits WHERE drifted > 0 OR rows = 0')).toBe('0');
  });

  const alice = `user_id = '${ids.alice}'`;
  it.each([
    ['five minutes', `UPDATE statistics_fine SET events_ok = events_ok + 1 WHERE ${alice}`],
    ['an hour', `UPDATE statistics_hours SET ms = ms - 1 WHERE ${alice} AND kind = 3`],
    ['a day', `DELETE FROM statistics_days WHERE ${alice} AND kind = 2`],
    [
      'a day that is not there',
      `UPDATE statistics_days SET bucket = bucket - INTERVAL '1000 days' WHERE ${alice} AND kind = 0 AND isfinite(bucket)`,
    ],
    ['the totals', `UPDATE statistics_totals SET attempts = attempts + 5 WHERE ${alice} AND kind = 1`],
    ['a histogram', `UPDATE statistics_durations SET min_ms = min_ms - 1 WHERE ${alice} AND bin > 100`],
  ])('finds what is wrong with %s, tells, and has it repaired', async (_, damage) => {
    await foldAll(session);
    await database.query(damage);
    await expect(expectExactRollups(session)).rejects.toThrow();
    const wrong = () => one<string>('SELECT count(*) FROM statistics_audits WHERE drifted > 0 AND repaired');
    const loop = start(new AuditTask(0.001, { auditedRows: () => undefined }));
    await becomes('it finds it', async () => (await wrong()) !== '0', 60_000);
    await loop.stop();
    const [row] = await database.query(
      `SELECT a.user_id, a.evidence, r.reason FROM statistics_audits a JOIN statistics_rebuilds r USING (user_id) WHERE a.drifted > 0`,
    );
    expect(row).toMatchObject({
      user_id: ids.alice,
      reason: expect.stringMatching(/^audit: \d+ of \d+ rows/),
    });
    expect((row?.['evidence'] as unknown[]).length).toBeGreaterThan(0);
    await foldAll(session);
    await expectExactRollups(session);
    expect(await wrong()).toBe('1');
  });
});

it('a histogram holds durations below zero apart from zero, and apart from each other', async () => {
  const ofMain = `endpoint_id = '${ids.aliceMain}'`;
  await foldAll(session);
  await database.query(
    `UPDATE delivery_attempts SET duration_ms = -1 - abs(hashtext(id::text)::bigint) % 9000 WHERE ${ofMain}`,
  );
  await expectExactReads(session);
  await foldAll(session);
  await database.query(
    `UPDATE delivery_attempts SET duration_ms = 0 WHERE ${ofMain} AND duration_ms < -6000`,
  );
  await foldAll(session);
  const bins = `SELECT count(*) FROM statistics_durations WHERE ${ofMain} AND attempts > 0`;
  expect(Number(await one(`${bins} AND max_ms < 0`))).toBeGreaterThan(2);
  expect(await one(`${bins} AND max_ms = 0`)).toBe('1');
  await expectExactReads(session);
  await expectExactRollups(session);
});

it('forgets rows of zeros and endpoints that are gone', async () => {
  await foldAll(session);
  await database.query('DELETE FROM applications WHERE id = $1', [ids.aliceApp]);
  await foldAll(session);
  const gone = `SELECT count(*) FROM statistics_endpoints WHERE application_id = '${ids.aliceApp}'`;
  const zeros =
    'SELECT count(*) FROM statistics_hours WHERE events = 0 AND events_ok = 0 AND events_failed = 0 AND attempts = 0';
  expect([Number(await one(gone)) > 0, Number(await one(zeros)) > 0]).toEqual([true, true]);
  await new Fold(session).prune();
  expect([await one(gone), await one(zeros)]).toEqual(['0', '0']);
  await expectExactRollups(session);
  await expectExactReads(session);
});
