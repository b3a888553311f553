import { Logger } from '@nestjs/common';
import { Operations } from '../../src/modules/maintenance/index.js';
import { SessionsService } from '../../src/modules/monitoring/activity/sessions.service.js';
import { openVictim, type Victim } from '../support/activity-world.js';
import { auditRows } from '../support/audit-rows.js';
import { becomes } from '../support/leader-tasks.js';
import { openDatabase } from '../support/own-database.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const base = '/admin/monitoring/activity/sessions';

let database: TestDatabase;
let app: TestApp;
let admin: string;

beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url);
  admin = await app.login('admin@example.com', password);
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

const startOf = async (pid: number) =>
  (
    await database.query<{ at: string }>(
      `SELECT to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at FROM pg_stat_activity WHERE pid = $1`,
      [pid],
    )
  )[0]?.at ?? '';
const signal = async (pid: number, verb: string, body: Record<string, unknown> = {}) =>
  app.call('POST', `${base}/${pid}/${verb}`, admin, {
    backend_start: await startOf(pid),
    reason: 'blocks the import',
    ...body,
  });
const isAtWork = ({ pid }: Victim) =>
  becomes('it is at work', async () => {
    const [row] = await database.query('SELECT state FROM pg_stat_activity WHERE pid = $1', [pid]);
    return row?.state === 'active';
  });
const audited = async () =>
  (await auditRows(database)).filter(({ resource_type }) => resource_type === 'session');

it('cancels a statement, then ends the session; both are in the audit log, with whom and why', async () => {
  const victim = await openVictim(database.url, 'report');
  const running = victim.start("SELECT pg_sleep(60), 'a secret'");
  await isAtWork(victim);
  const started = await startOf(victim.pid);
  expect(await signal(victim.pid, 'cancel')).toMatchObject({
    status: 200,
    body: { pid: victim.pid, signal: 'cancel', sent: true },
  });
  expect(await running).toBe('57014');
  expect(await victim.run('SELECT 1')).toBeDefined();
  expect(await signal(victim.pid, 'terminate')).toMatchObject({ status: 200, body: { sent: true } });
  await becomes('it is gone', async () => (await startOf(victim.pid)) === '');
  expect(await signal(victim.pid, 'terminate', { backend_start: started })).toMatchObject({
    status: 404,
    body: { code: 'session_not_found' },
  });
  const rows = await audited();
  expect(rows.map(({ action }) => action)).toEqual(['session.cancelled', 'session.terminated']);
  expect(rows[0]).toMatchObject({
    user_id: ids.admin,
    ip_address: '127.0.0.1',
    metadata: {
      name: `pid ${victim.pid}`,
      reason: 'blocks the import',
      before: { application: 'report', state: 'active', query: 'SELECT pg_sleep(?), ?' },
    },
  });
  expect(JSON.stringify(rows)).not.toContain('secret');
  await victim.close();
});

it('touches no other session that has the pid, no leader of ours, no process of the server', async () => {
  const before = (await audited()).length;
  const victim = await openVictim(database.url, 'bystander');
  const start = await startOf(victim.pid);
  const shifted = start.replace(/(\d)Z$/, (_, digit: string) => `${(Number(digit) + 1) % 10}Z`);
  for (const backend_start of [shifted, '2026-01-01'])
    expect(await signal(victim.pid, 'terminate', { backend_start })).toMatchObject({
      status: 409,
      body: { code: 'session_is_another' },
    });
  // Any of the others' offsets is the same moment.
  const offset =
    new Date(Date.parse(start) + 7_200_000).toISOString().slice(0, 19) + start.slice(19, -1) + '+02:00';
  expect(await signal(victim.pid, 'cancel', { backend_start: offset })).toMatchObject({ status: 200 });
  const pidOf = async (condition: string) =>
    Number(
      (await database.query(`SELECT pid FROM pg_stat_activity WHERE ${condition} ORDER BY pid LIMIT 1`))[0]
        ?.pid,
    );
  const leads = () =>
    pidOf("application_name = 'ethhook-admin monitoring-collector' AND datname = current_database()");
  await becomes('the collector leads', async () => (await leads()) > 0);
  await becomes('it is refused', async () => (await signal(await leads(), 'terminate')).status === 409);
  expect(await signal(await leads(), 'terminate')).toMatchObject({ body: { code: 'session_is_leader' } });
  expect(await signal(await pidOf("backend_type = 'checkpointer'"), 'terminate')).toMatchObject({
    status: 409,
    body: { code: 'session_not_signalled' },
  });
  for (const [body, field] of [
    [{ reason: ' ' }, 'reason'],
    [{ reason: undefined }, 'reason'],
    [{ backend_start: 'yesterday' }, 'backend_start'],
    [{ force: true }, 'force'],
  ] as const)
    expect(await signal(victim.pid, 'cancel', body)).toMatchObject({ status: 400, body: { field } });
  expect(await app.call('POST', `${base}/0/cancel`, admin, {})).toMatchObject({ status: 400 });
  expect(await audited()).toHaveLength(before + 1);
  expect(await victim.run('SELECT 1')).toBeDefined();
  await victim.close();
});

it('says to a role that may not which GRANT would allow it', async () => {
  const name = `signals_${process.pid}`;
  await database.query(`CREATE ROLE ${name} LOGIN PASSWORD 'p'; CREATE ROLE ${name}_other LOGIN PASSWORD 'p';
    GRANT ALL ON ALL TABLES IN SCHEMA public TO ${name}`);
  const as = (role: string) => Object.assign(new URL(database.url), { username: role, password: 'p' }).href;
  const [superuser, other, same] = [
    await openVictim(database.url, 'superuser'),
    await openVictim(as(`${name}_other`), 'other'),
    await openVictim(as(name), 'same'),
  ];
  const own = openDatabase(as(name));
  const service = new SessionsService(new Operations(own.database, undefined as never));
  const author = { userId: ids.admin, client: { ip: null, userAgent: null } };
  const end = async ({ pid }: Victim) =>
    service.signal(author, pid, 'terminate', { backend_start: await startOf(pid), reason: 'test' }).then(
      ({ sent }) => sent,
      (error: Error) => error.message,
    );
  try {
    expect(await end(superuser)).toMatch(/only a superuser/);
    expect(await end(other)).toMatch(new RegExp(`GRANT pg_signal_backend TO ${name};$`));
    expect(await end(same)).toBe(true);
    await database.query(`GRANT pg_signal_backend TO ${name}`);
    expect(await end(other)).toMatch(new RegExp(`GRANT pg_read_all_stats TO ${name};$`));
    await database.query(`GRANT pg_monitor TO ${name}`);
    expect(await end(superuser)).toMatch(/only a superuser/);
    expect(await end(other)).toBe(true);
  } finally {
    await own.close();
    for (const victim of [superuser, other, same]) await victim.close();
    await database.query(`DROP OWNED BY ${name}; DROP ROLE ${name}; DROP ROLE ${name}_other`);
  }
});
