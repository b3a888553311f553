import { Logger } from '@nestjs/common';
import type { DedicatedSession } from '../../src/kernel/database/dedicated-session.js';
import { sql } from '../../src/kernel/database/sql.js';
import { ChecksRepository } from '../../src/modules/monitoring/checks/checks.repository.js';
import { Evaluator } from '../../src/modules/monitoring/checks/evaluator.js';
import { sessionsOf } from '../support/leader-tasks.js';
import { aFinding, TestCheck } from '../support/test-checks.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

let database: TestDatabase;
let session: DedicatedSession;
let check: TestCheck;
const evaluator = new Evaluator(null);

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  session = await sessionsOf(database.url).sessions.connect('engine');
});
beforeEach(async () => {
  check = new TestCheck();
  await database.query('TRUNCATE ethhook_admin_checks, ethhook_admin_findings CASCADE');
});
afterAll(async () => {
  await session.close();
  await database.drop();
});

const look = (one = check) => evaluator.evaluate(one, session);
const findings = () =>
  database.query(
    `SELECT object, severity, resolved_at IS NULL AS open, reopened, clean_looks, evidence, action,
            opened_at <= last_seen_at AS "inOrder"
       FROM ethhook_admin_findings ORDER BY object`,
  );
const openObjects = async () =>
  (await findings()).filter(({ open }) => open).map(({ object }) => object as string);
const openings = () =>
  database.query(
    `SELECT f.object, o.severity, o.resolved_at IS NOT NULL AS over, o.evidence
       FROM ethhook_admin_finding_openings o JOIN ethhook_admin_findings f ON f.id = o.finding_id
      ORDER BY f.object, o.opened_at`,
  );
const looks = async () => (await database.query('SELECT * FROM ethhook_admin_checks'))[0];

it('opens what is new, keeps the figures of now, resolves what is gone, and opens it anew', async () => {
  check.finds([aFinding('public.a'), aFinding('', { action: null, fixSql: null })]);
  expect(await look()).toBe(true);
  expect(await findings()).toMatchObject([
    { object: '', open: true, reopened: 0, action: null },
    { object: 'public.a', open: true, action: { job: 'test-mend', parameters: { object: 'public.a' } } },
  ]);
  // Worse, then less: the opening keeps the worst.
  check.finds([aFinding('public.a', { severity: 'critical', evidence: { figure: 9 } })]);
  await look();
  check.finds([aFinding('public.a', { severity: 'info', evidence: { figure: 6 } })]);
  await look();
  expect(await findings()).toMatchObject([
    { object: '', open: false },
    { object: 'public.a', open: true, severity: 'info', evidence: { figure: 6 }, inOrder: true },
  ]);
  check.finds([]);
  await look();
  check.finds([aFinding('public.a')]);
  await look();
  expect(await findings()).toMatchObject([
    { object: '', open: false, reopened: 0 },
    { object: 'public.a', open: true, reopened: 1, severity: 'warning' },
  ]);
  expect(await openings()).toMatchObject([
    { object: '', over: true },
    { object: 'public.a', over: true, severity: 'critical', evidence: { figure: 6 } },
    { object: 'public.a', over: false, severity: 'warning', evidence: { figure: 7 } },
  ]);
  expect(await looks()).toMatchObject({ name: 'test-check', error: null, limits: [] });
});

it('what is looked at each minute closes when it has stayed away for five looks', async () => {
  const often = new TestCheck('minutely');
  often.finds([aFinding('public.a')]);
  await look(often);
  for (let clean = 1; clean <= 4; clean++) {
    often.finds([]);
    await look(often);
    expect(await findings()).toMatchObject([{ open: true, clean_looks: clean }]);
  }
  often.finds([aFinding('public.a')]);
  await look(often);
  expect(await findings()).toMatchObject([{ open: true, clean_looks: 0, reopened: 0 }]);
  often.finds([]);
  for (let clean = 1; clean <= 5; clean++) await look(often);
  expect(await findings()).toMatchObject([{ open: false }]);
});

it('what could not be looked at stays as it was', async () => {
  check.finds([aFinding('public.a'), aFinding('public.b')]);
  await look();
  check.finds([], ['Sizes are not seen: GRANT pg_monitor TO app']);
  await look();
  expect(await openObjects()).toEqual(['public.a', 'public.b']);
  expect(await looks()).toMatchObject({ limits: ['Sizes are not seen: GRANT pg_monitor TO app'] });
  // Seen under that limit, it is also seen to be gone under it.
  check.finds([aFinding('public.a'), aFinding('public.b')], ['Sizes are not seen: GRANT pg_monitor TO app']);
  await look();
  check.finds([], ['Sizes are not seen: GRANT pg_monitor TO app', 'public.a was locked']);
  await look();
  expect(await openObjects()).toEqual(['public.a', 'public.b']);
  check.finds([aFinding('public.a'), aFinding('public.b')], ['public.a was locked']);
  await look();
  // The other one was looked at.
  check.finds([], ['public.a was locked']);
  await look();
  expect(await openObjects()).toEqual(['public.a']);
  check.finds([]);
  await look();
  expect(await openObjects()).toEqual([]);
});

it('a check that fails says so by its code, leaves what it has found, and writes nothing itself', async () => {
  check.finds([aFinding('public.a')]);
  await look();
  const evaluatedAt = (await looks())?.['evaluated_at'];
  const fails = async (find: TestCheck['find'], code: string) => {
    check.find = find;
    expect(await look()).toBe(false);
    expect(await looks()).toMatchObject({
      error: code,
      limits: [`It could not look: ${code}. What it has found before stays as it was.`],
      evaluated_at: evaluatedAt,
    });
    expect(await openObjects()).toEqual(['public.a']);
  };
  await fails(async (runner) => {
    await runner.query(sql('test.nowhere')`SELECT n.secret_column FROM nowhere n`);
    return { findings: [], limits: [] };
  }, '42P01');
  await fails(() => Promise.reject(new TypeError('of the secret')), 'TypeError');
  await fails(async (runner) => {
    await runner.query(sql('test.write')`DELETE FROM ethhook_admin_findings`);
    return { findings: [], limits: [] };
  }, '25006');
  // What cannot be kept is the check's fault too.
  await fails(
    () => Promise.resolve({ findings: [aFinding('public.c', { title: 'a\0b' })], limits: [] }),
    '22P05',
  );
  check.finds([]);
  expect(await look()).toBe(true);
  expect(await looks()).toMatchObject({ error: null, limits: [] });
  expect(await openObjects()).toEqual([]);
});

it('of an object that is named twice the worse finding counts', async () => {
  check.finds([aFinding('a'), aFinding('a', { severity: 'critical' }), aFinding('a', { severity: 'info' })]);
  await look();
  expect(await findings()).toMatchObject([{ object: 'a', severity: 'critical' }]);
});

it('of two looks at once the later counts, whichever is stored first', async () => {
  const other = await sessionsOf(database.url).sessions.connect('other engine');
  try {
    const slow = new TestCheck();
    let goOn: () => void = () => undefined;
    const isWaiting = new Promise<void>((waiting) => {
      slow.find = async () => {
        waiting();
        await new Promise<void>((resolve) => (goOn = resolve));
        return { findings: [], limits: [] };
      };
    });
    const earlier = look(slow);
    await isWaiting;
    check.finds([aFinding('public.a')]);
    await evaluator.evaluate(check, other);
    goOn();
    await earlier;
    expect(await openObjects()).toEqual(['public.a']);
    // And many at once open it once.
    await database.query('TRUNCATE ethhook_admin_checks, ethhook_admin_findings CASCADE');
    for (let turn = 0; turn < 10; turn++)
      expect(await Promise.all([look(), evaluator.evaluate(check, other)])).toEqual([true, true]);
    expect(await openings()).toHaveLength(1);
  } finally {
    await other.close();
  }
});

it('what nobody looks for any more is resolved', async () => {
  check.finds([aFinding('public.a')]);
  await look();
  const kept = new TestCheck('daily', 'kept-check');
  kept.finds([aFinding('public.b')]);
  await look(kept);
  await session.transaction({}, (tx) => new ChecksRepository(tx).retire(['kept-check']));
  expect(await openObjects()).toEqual(['public.b']);
  expect(await openings()).toMatchObject([{ over: true }, { over: false }]);
  expect(await database.query('SELECT name FROM ethhook_admin_checks')).toEqual([{ name: 'kept-check' }]);
});
