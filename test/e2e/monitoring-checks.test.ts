import { Evaluator } from '../../src/modules/monitoring/checks/evaluator.js';
import { startAlertReceiver, type AlertReceiver } from '../support/alert-receiver.js';
import { auditRows } from '../support/audit-rows.js';
import { becomes, sessionsOf } from '../support/leader-tasks.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type Answer, type TestApp } from '../support/test-app.js';
import { aFinding, TestCheck } from '../support/test-checks.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const base = '/admin/monitoring';
const secret = 'a-secret-of-the-receiver';
let database: TestDatabase;
let app: TestApp;
let receiver: AlertReceiver;
let admin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  receiver = await startAlertReceiver(secret);
  app = await startTestApp(database.url, {
    ...{ ALERT_WEBHOOK_URL: receiver.url, ALERT_WEBHOOK_SECRET: secret, ALERT_MIN_SEVERITY: 'critical' },
    ...{ DATABASE_POOL_MAX: '10', MAINTENANCE_DATABASE_RAM_BYTES: String(8 * 2 ** 30) },
  });
  admin = await app.login('admin@example.com', password);
});

afterAll(async () => {
  await app.close();
  await receiver.close();
  await database.drop();
});

const get = (path: string) => app.get(base + path, admin);
const post = (path: string, body?: unknown) => app.call('POST', base + path, admin, body);
const time = expect.stringMatching(/^\d{4}-.*Z$/);

interface Finding {
  id: string;
  object: string;
  state: string;
}
const findingsOf = ({ body }: Answer) => (body as { findings: Finding[] }).findings;

async function evaluate(check: TestCheck): Promise<void> {
  const session = await sessionsOf(database.url).sessions.connect('engine');
  await new Evaluator('critical').evaluate(check, session);
  await session.close();
}

async function run(job: string, asked = {}): Promise<Record<string, unknown>> {
  const { body, status } = await app.call('POST', `/admin/maintenance/jobs/${job}/run`, admin, asked);
  expect(status).toBe(202);
  const path = `/admin/maintenance/runs/${(body as { run_id: string }).run_id}`;
  let ended: Record<string, unknown> = {};
  await becomes(`${job} has ended`, async () => {
    ended = (await app.get(path, admin)).body as Record<string, unknown>;
    return !['queued', 'running'].includes(String(ended['state']));
  });
  return ended;
}

it('lists and pages findings by state, severity and check, with the limits of the looks', async () => {
  const check = new TestCheck();
  check.finds(
    [aFinding('a', { severity: 'info' }), aFinding('b'), aFinding('c')],
    ['Sizes are not seen: GRANT pg_monitor TO app'],
  );
  await evaluate(check);
  check.finds([aFinding('a'), aFinding('b')], ['Sizes are not seen: GRANT pg_monitor TO app']);
  await evaluate(check);
  const all = await get('/findings?check=test-check');
  expect(all.body).toMatchObject({
    as_of: time,
    limits: ['test-check: Sizes are not seen: GRANT pg_monitor TO app'],
    next_cursor: null,
  });
  expect(findingsOf(all)).toHaveLength(3);
  expect(
    findingsOf(await get('/findings?check=test-check&state=resolved')).map(({ object }) => object),
  ).toEqual(['c']);
  expect(findingsOf(await get('/findings?check=test-check&severity=info'))).toEqual([]);
  expect(findingsOf(await get('/findings?check=nothing'))).toEqual([]);
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await get(`/findings?limit=1&check=test-check${cursor === '' ? '' : `&cursor=${cursor}`}`);
    seen.push(...findingsOf(page).map(({ id }) => id));
    cursor = (page.body as { next_cursor: string | null }).next_cursor;
    if (cursor !== null) expect((await get(`/findings?limit=1&cursor=${cursor}`)).status).toBe(400);
  }
  expect(seen).toEqual(findingsOf(all).map(({ id }) => id));
  const { body } = await get(`/findings/${seen[0]}`);
  expect(body).toMatchObject({ as_of: time, history: [{ opened_at: time }], evidence: { figure: 7 } });
  expect((await get('/findings/00000000-0000-4000-8000-000000000000')).body).toMatchObject({
    code: 'finding_not_found',
  });
});

it('a finding is ignored with a reason, until a time, and not any more; each is in the audit log', async () => {
  const [finding] = findingsOf(await get('/findings?check=test-check&state=open'));
  const path = `/findings/${finding?.id}`;
  for (const [body, field] of [
    [{}, 'reason'],
    [{ reason: '  ' }, 'reason'],
    [{ reason: 'x', until: '2026-02-30' }, 'until'],
    [{ reason: 'x', until: '2001-01-01' }, 'until'],
    [{ reason: 'x', for: '1d' }, 'for'],
  ] as const)
    expect((await post(`${path}/ignore`, body)).body).toMatchObject({ code: 'validation_error', field });
  expect((await post(`${path}/unignore`)).body).toMatchObject({ code: 'finding_not_ignored' });
  const until = '2096-01-01T00:00:00Z';
  const ignored = await post(`${path}/ignore`, { reason: 'the import needs it', until });
  expect(ignored.body).toMatchObject({
    state: 'ignored',
    ignored: { by: ids.admin, until, reason: 'the import needs it', at: time },
  });
  expect(findingsOf(await get('/findings?check=test-check&state=ignored'))).toHaveLength(1);
  await database.query(`UPDATE ethhook_admin_findings SET ignored_until = now() WHERE id = $1`, [
    finding?.id,
  ]);
  expect((await get(path)).body).toMatchObject({ state: 'open' });
  expect((await post(`${path}/unignore`)).body).toMatchObject({ state: 'open', ignored: null });
  expect(await auditRows(database)).toMatchObject([
    {
      user_id: ids.admin,
      action: 'finding.ignored',
      resource_type: 'finding',
      resource_id: finding?.id,
      metadata: { name: `test-check ${finding?.object}`, reason: 'the import needs it', after: { until } },
    },
    { action: 'finding.unignored', resource_id: finding?.id },
  ]);
  for (const what of ['ignore', 'unignore'])
    expect(
      (await post(`/findings/00000000-0000-4000-8000-000000000000/${what}`, { reason: 'x' })).status,
    ).toBe(404);
});

it('the checklists run as jobs and write reports, to be read as JSON and Markdown', async () => {
  expect(await run('check-daily', { dry_run: true })).toMatchObject({
    state: 'succeeded',
    steps: expect.arrayContaining([expect.objectContaining({ target: 'configuration' })]),
  });
  expect((await get('/reports')).body).toMatchObject({ reports: [] });
  await database.query(`CREATE TABLE "weird|na*me" AS SELECT generate_series(1, 500) AS n`);
  await database.query(`DELETE FROM "weird|na*me" WHERE n > 10`);
  await database.query(`SELECT pg_stat_force_next_flush()`).catch(() => undefined);
  await database.query(`CREATE ROLE report_test PASSWORD 'hunter2'; DROP ROLE report_test`);
  expect(await run('check-daily')).toMatchObject({
    state: 'succeeded',
    summary: expect.stringMatching(/^\d+ checks have looked; open are \d+ critical/),
    details: { report_id: expect.any(String) },
  });
  const second = await run('check-weekly');
  const third = await run('check-daily');
  const list = (await get('/reports')).body as { reports: { id: string; cadence: string }[] };
  expect(list.reports.map(({ cadence }) => cadence)).toEqual(['daily', 'weekly', 'daily']);
  expect(list.reports[1]?.id).toBe((second['details'] as { report_id: string }).report_id);
  const weekly = (await get('/reports?cadence=weekly')).body as { reports: unknown[] };
  expect(weekly.reports).toHaveLength(1);
  const [latest, , first] = list.reports;
  expect((third['details'] as { report_id: string }).report_id).toBe(latest?.id);
  // The test's check is none of the program's: nobody looks for what it found any more.
  const report = (await get(`/reports/${first?.id}`)).body as Record<string, unknown>;
  expect(report).toMatchObject({
    as_of: time,
    cadence: 'daily',
    previous_id: null,
    counts: { critical: 2 },
    figures: { database: { datname: expect.any(String), size_bytes: expect.any(Number) } },
  });
  const kinds = (report['changes'] as { kind: string; check: string }[]).map(
    ({ kind, check }) => `${kind} ${check}`,
  );
  expect(kinds).toEqual(expect.arrayContaining(['opened configuration', 'resolved test-check']));
  expect((await get(`/reports/${latest?.id}`)).body).toMatchObject({ previous_id: first?.id, changes: [] });
  const { statements } = report['figures'] as { statements: { text: string }[] };
  expect(statements.length).toBeGreaterThan(5);
  expect(JSON.stringify(report)).not.toContain('hunter2');
  const markdown = await get(`/reports/${first?.id}?format=markdown`);
  expect(markdown.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
  expect(markdown.text).toMatch(/^# Daily report of \d{4}-/);
  expect(markdown.text).toContain('### fsync is off');
  expect(markdown.text).toContain(
    `ALTER SYSTEM SET fsync = 'on'; SELECT pg\\_reload\\_conf()`.replaceAll('\\', ''),
  );
  expect(markdown.text).toContain('| Mean ms | Calls | Max ms | Statement |');
  expect((await get(`/reports/${first?.id}?format=pdf`)).status).toBe(400);
  expect((await get('/reports/00000000-0000-4000-8000-000000000000')).body).toMatchObject({
    code: 'report_not_found',
  });
});

it('lists the checks with their latest look', async () => {
  const { body } = await get('/checks');
  const { checks } = body as { checks: { name: string }[] };
  expect(checks.find(({ name }) => name === 'configuration')).toMatchObject({
    cadence: 'daily',
    evaluated_at: time,
    error: null,
    limits: [],
    open: 2,
    ignored: 0,
  });
  expect((await get('/checks?limit=1')).status).toBe(400);
});

it('tells the webhook, as a test too, and shows what became of it but nothing secret', async () => {
  const test = await post('/alerts/test');
  expect(test).toMatchObject({ status: 202, body: { alert: { kind: 'test', state: 'pending' } } });
  const { id } = (test.body as { alert: { id: string } }).alert;
  await becomes('it was delivered', async () => {
    const { alerts } = (await get('/alerts?state=delivered')).body as { alerts: { id: string }[] };
    return alerts.some((alert) => alert.id === id);
  });
  expect(receiver.received.find((alert) => alert.id === id)).toMatchObject({
    isGenuine: true,
    body: { type: 'test', finding: null },
  });
  const { body, text } = await get('/alerts');
  expect(body).toMatchObject({
    limits: [],
    webhook: { target: new URL(receiver.url).origin, min_severity: 'critical' },
  });
  // fsync and full_page_writes were found by the jobs above.
  const { alerts } = body as { alerts: { kind: string; finding_id: string }[] };
  expect(alerts.filter(({ kind }) => kind === 'opened')).toHaveLength(2);
  const ofOne = (await get(`/alerts?finding_id=${alerts.at(-1)?.finding_id}`)).body as { alerts: unknown[] };
  expect(ofOne.alerts).toHaveLength(1);
  for (const hidden of [secret, 'of-the-receiver']) {
    expect(text).not.toContain(hidden);
    expect(app.logs.join('')).not.toContain(hidden);
  }
  expect((await auditRows(database)).at(-1)).toMatchObject({ action: 'alert.tested', resource_id: id });
});
