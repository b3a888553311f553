import { Logger } from '@nestjs/common';
import type { DedicatedSession } from '../../src/kernel/database/dedicated-session.js';
import { LeaderLoop } from '../../src/kernel/tasks/leader-loop.js';
import { AlertsTask } from '../../src/modules/monitoring/checks/alerts/alerts.task.js';
import { Evaluator } from '../../src/modules/monitoring/checks/evaluator.js';
import { startAlertReceiver, type AlertReceiver } from '../support/alert-receiver.js';
import { becomes, sessionsOf } from '../support/leader-tasks.js';
import { startServerProcess } from '../support/server-process.js';
import { aFinding, TestCheck } from '../support/test-checks.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const secret = 'a-secret-of-the-receiver';
let database: TestDatabase;
let session: DedicatedSession;
let receiver: AlertReceiver;
let check: TestCheck;
let loop: LeaderLoop | undefined;
const evaluator = new Evaluator('warning');
const logged: string[] = [];

beforeAll(async () => {
  const log = (message: unknown) => void logged.push(String(message));
  Logger.overrideLogger({ log, error: log, warn: log });
  database = await createTestDatabase();
  session = await sessionsOf(database.url).sessions.connect('engine');
  receiver = await startAlertReceiver(secret);
});
beforeEach(async () => {
  check = new TestCheck();
  receiver.mode = 'takes';
  receiver.received = [];
  await database.query('TRUNCATE ethhook_admin_checks, ethhook_admin_findings CASCADE');
});
afterEach(async () => {
  await loop?.stop();
  loop = undefined;
});
afterAll(async () => {
  await receiver.close();
  await session.close();
  await database.drop();
});

function startSending(): void {
  const task = new AlertsTask({ url: receiver.url, secret }, { timeoutMs: 300, retryMs: 50 });
  loop = new LeaderLoop(task, sessionsOf(database.url).sessions);
  loop.start();
}
async function finds(...args: Parameters<TestCheck['finds']>): Promise<void> {
  check.finds(...args);
  await evaluator.evaluate(check, session);
}
/** Kinds in the order in which they were made. */
const queued = async () =>
  (
    await database.query(
      `SELECT kind || ' ' || severity AS "alert" FROM ethhook_admin_alerts ORDER BY created_at`,
    )
  ).map(({ alert }) => alert as string);
const pending = async () =>
  (await database.query('SELECT FROM ethhook_admin_alerts WHERE ended_at IS NULL')).length;
const ignore = (until: string | null) =>
  database.query(
    `UPDATE ethhook_admin_findings SET ignored_at = now(), ignored_by = 'me', ignore_reason = 'so', ignored_until = now() + $1::interval`,
    [until],
  );

it('tells an opening, a raise of severity and the end, each once', async () => {
  await finds([aFinding('a'), aFinding('quiet', { severity: 'info' })]);
  await finds([aFinding('a'), aFinding('quiet', { severity: 'info' })]);
  expect(await queued()).toEqual(['opened warning']);
  for (const severity of ['critical', 'warning', 'critical'] as const)
    await finds([aFinding('a', { severity })]);
  expect(await queued()).toEqual(['opened warning', 'raised critical']);
  await finds([]);
  await finds([]);
  expect(await queued()).toEqual(['opened warning', 'raised critical', 'resolved critical']);
  await finds([aFinding('a')]);
  expect((await queued()).slice(3)).toEqual(['opened warning']);
});

it('reminds of what is critical after a day, and of nothing that is ignored', async () => {
  const critical = aFinding('a', { severity: 'critical' });
  await finds([critical, aFinding('b')]);
  const aDayLater = () =>
    database.query(`UPDATE ethhook_admin_findings SET alerted_at = alerted_at - INTERVAL '25 hours'`);
  await aDayLater();
  await finds([critical, aFinding('b')]);
  await finds([critical, aFinding('b')]);
  expect((await queued()).slice(2)).toEqual(['reminder critical']);
  await aDayLater();
  await ignore(null);
  await finds([critical, aFinding('b')]);
  expect(await queued()).toHaveLength(3);
  await ignore('-1 second');
  await finds([critical, aFinding('b')]);
  expect((await queued()).slice(3)).toEqual(['reminder critical']);
  // Who was told that it began is told that it is over.
  await ignore(null);
  await finds([]);
  expect((await queued()).slice(4).sort()).toEqual(['resolved critical', 'resolved warning']);
});

it('sends each with a signature and what is to be done, in order', async () => {
  await finds([aFinding('a')]);
  await finds([]);
  startSending();
  await becomes('both have ended', async () => (await pending()) === 0);
  expect(receiver.received).toMatchObject([
    {
      isGenuine: true,
      body: {
        type: 'finding.opened',
        finding: {
          ...{ check: 'test-check', object: 'a', severity: 'warning', title: 'a is wrong' },
          ...{ evidence: { figure: 7, bound: 5 }, fix_sql: "SELECT 'mend a'", resolved_at: null },
        },
      },
    },
    { isGenuine: true, body: { type: 'finding.resolved', finding: { resolved_at: expect.any(String) } } },
  ]);
  for (const { id, body } of receiver.received) expect(body.id).toBe(id);
});

it('loses nothing while the receiver is down, slow, broken or redirects, and says how it goes', async () => {
  const attempts = async () =>
    (await database.query('SELECT attempts, last_status, last_error FROM ethhook_admin_alerts'))[0] as {
      attempts: number;
      last_status: number | null;
      last_error: string | null;
    };
  const failsWith = (error: string, status: number | null) =>
    becomes(error, async () => {
      const seen = await attempts();
      return seen.last_error === error && seen.last_status === status;
    });
  await receiver.close();
  await finds([aFinding('a')]);
  startSending();
  await failsWith('ECONNREFUSED', null);
  receiver.mode = 'fails';
  await receiver.reopen();
  await failsWith('status_500', 500);
  receiver.mode = 'redirects';
  await failsWith('status_307', 307);
  receiver.mode = 'hangs';
  await failsWith('timeout', null);
  receiver.mode = 'takes';
  await becomes('it was taken', async () => (await pending()) === 0);
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
  expect(receiver.received.every(({ isGenuine }) => isGenuine)).toBe(true);
  expect((await attempts()).attempts).toBeGreaterThanOrEqual(5);
  expect(logged.join('\n')).toMatch(/was not taken: status_500/);
  for (const hidden of [secret, 'of-the-receiver']) expect(logged.join('\n')).not.toContain(hidden);
});

it('reads no answer, keeps the order of a finding, and gives up after a day', async () => {
  receiver.mode = 'talks';
  await finds([aFinding('a')]);
  startSending();
  await becomes('it was taken', async () => (await pending()) === 0);
  expect(receiver.said).toBeLessThan(10_000_000);
  receiver.mode = 'fails';
  await finds([aFinding('a'), aFinding('b')]);
  await finds([aFinding('a')]);
  await becomes('b was tried', () => receiver.received.length >= 3);
  // Nobody is told the end of what they were not told of.
  expect(receiver.received.some(({ body }) => body.type === 'finding.resolved')).toBe(false);
  await database.query(
    `UPDATE ethhook_admin_alerts SET created_at = created_at - INTERVAL '25 hours' WHERE kind = 'opened'`,
  );
  await becomes('the first was given up', async () => (await pending()) === 1);
  receiver.mode = 'takes';
  await becomes('the other was taken', async () => (await pending()) === 0);
  expect(
    await database.query('SELECT kind, outcome FROM ethhook_admin_alerts ORDER BY created_at, kind'),
  ).toEqual(
    expect.arrayContaining([
      { kind: 'opened', outcome: 'given_up' },
      { kind: 'resolved', outcome: 'delivered' },
    ]),
  );
});

it('a process that is killed while it sends loses nothing: the next one sends it anew, as the same', async () => {
  receiver.mode = 'hangs';
  await finds([aFinding('a')]);
  const killed = startServerProcess(
    { DATABASE_URL: database.url, ALERT_WEBHOOK_URL: receiver.url, ALERT_WEBHOOK_SECRET: secret },
    ['node', 'test/support/alerts-process.mjs'],
  );
  await becomes('it was sent', () => receiver.received.length === 1, 20_000);
  killed.child.kill('SIGKILL');
  await killed.ended();
  expect(await pending()).toBe(1);
  receiver.mode = 'takes';
  startSending();
  await becomes('it was taken', async () => (await pending()) === 0, 20_000);
  const [first, second] = receiver.received;
  expect(receiver.received).toHaveLength(2);
  expect(second?.id).toBe(first?.id);
  expect(second?.body).toEqual(first?.body);
});
