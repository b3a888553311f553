import { StatementErrors } from '../../src/kernel/database/statement-errors.js';
import { StatementErrorsFlush } from '../../src/modules/monitoring/statements/statement-errors.flush.js';
import { StatementsCollector } from '../../src/modules/monitoring/statements/statements.collector.js';
import { becomes } from '../support/leader-tasks.js';
import { openSession } from '../support/own-session.js';
import { createSmallWorld, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const base = '/admin/monitoring/statements';
let database: TestDatabase;
let app: TestApp;
let admin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  app = await startTestApp(database.url);
  admin = await app.login('admin@example.com', password);
  const session = await openSession(database.url);
  const turn = () => new StatementsCollector().collect(session);
  // The server's own leader takes one when it starts, and none again for minutes.
  await becomes('the leader has had its turn', async () => {
    const [row] = await database.query<{ turns: number }>(
      'SELECT count(*)::int AS turns FROM ethhook_admin_statement_turns',
    );
    return row?.turns === 1;
  });
  await turn();
  const alice = await app.login('alice@example.com', password);
  for (let call = 0; call < 3; call++) await app.get('/events', alice);
  await session.run(`CREATE ROLE routes_${process.pid} PASSWORD 'secret-of-the-test'`);
  await session.run(`DROP ROLE routes_${process.pid}`);
  await turn();
  await session.close();
}, 60_000);
afterAll(async () => {
  await app.close();
  await database.drop();
});

interface Listed {
  queryid: string;
  label: string | null;
  text: string | null;
  calls: number;
  timeouts: number;
}
const get = (path: string) => app.get(base + path, admin);
const list = async (path: string) => (await get(path)).body as { statements: Listed[]; limits: string[] };

it('lists statements in each order, ours by their label, with what failed, and no secret', async () => {
  const cancelled = Object.assign(new Error('canceling statement due to statement timeout'), {
    code: '57014',
  });
  const { statements } = await list('?order=calls&limit=100');
  const ours = statements.find(({ label }) => label?.startsWith('events.')) as Listed;
  app.app.get(StatementErrors).record(ours.label ?? '', cancelled);
  await app.app.get(StatementErrorsFlush).flush();
  for (const order of ['mean', 'total', 'calls', 'io', 'temp', 'wal']) {
    const answer = await get(`?order=${order}&min_mean_ms=0&limit=100`);
    expect([answer.status, answer.text.includes('secret-of-the-test')]).toEqual([200, false]);
    const body = answer.body as { statements: Listed[]; failed: unknown[] };
    expect(body.statements.find(({ queryid }) => queryid === ours.queryid)).toMatchObject({
      calls: ours.calls,
      timeouts: 1,
    });
    expect(body.failed).toMatchObject([{ label: ours.label, error: 'statement_timeout', count: 1 }]);
  }
  // The plan's list: nothing took a second.
  expect((await list('')).statements).toEqual([]);
  expect((await list('?order=total&limit=1')).statements).toHaveLength(1);
  expect(statements.find(({ text }) => text?.startsWith('CREATE ROLE'))?.text).toContain(`PASSWORD '…'`);
});

it('shows one with its series, text and plan, and says why there is none', async () => {
  const { statements } = await list('?order=total&limit=100');
  const ours = statements.find(({ label }) => label?.startsWith('events.')) as Listed;
  const utility = statements.find(({ text }) => text?.startsWith('CREATE ROLE')) as Listed;
  const found = await get(`/${ours.queryid}`);
  expect(found.body).toMatchObject({
    ...{ queryid: ours.queryid, label: ours.label, kind: 'plannable', step_seconds: 300 },
    ...{ totals: [{ calls: ours.calls }], series: [{ calls: ours.calls }] },
  });
  const refusals: unknown[] = [];
  for (const { queryid, label, text } of statements.filter((one) => one.label !== null)) {
    const { status, body } = await get(`/${queryid}/plan`);
    if (status === 200) expect(body).toMatchObject({ queryid, fingerprint: expect.any(String) });
    else if (body.code === 'statement_is_utility')
      expect(text).not.toMatch(/^(SELECT|WITH|INSERT|UPDATE|DELETE)/);
    else refusals.push([label, status, body.code]);
  }
  // Constants have lost their types, and not all of them can be guessed.
  expect(refusals.length).toBeLessThan(statements.length / 3);
  for (const refusal of refusals)
    expect(refusal).toEqual([expect.any(String), 409, 'statement_not_plannable']);
  expect((await get(`/${utility.queryid}/plan`)).body).toMatchObject({ code: 'statement_is_utility' });
  expect((await get('/12345')).body).toMatchObject({ code: 'statement_not_found' });
  expect((await get('/12345/plan')).status).toBe(404);
});

it('answers all lists, and refuses what it does not know', async () => {
  for (const path of ['/new', '/regressed', '/errors', '/plan-changes']) {
    const { status, body } = await get(path);
    expect([path, status, body]).toMatchObject([
      path,
      200,
      { as_of: expect.any(String), limits: expect.any(Array) },
    ]);
  }
  const fresh = await list('/new?limit=100');
  expect(fresh.statements.map(({ text }) => text?.slice(0, 11))).toContain('CREATE ROLE');
  const refused = [
    ...['?limit=0', '?limit=101', '?order=nothing', '?min_mean_ms=x', '?unknown=1', '?from=yesterday'],
    ...[
      '?from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z',
      '/9223372036854775808',
      '/x',
      '/regressed?min_ratio=0',
    ],
    '/regressed?baseline_from=2026-01-02T00:00:00Z&baseline_until=2026-01-02T00:00:00Z',
  ];
  for (const path of refused)
    expect([path, (await get(path)).body]).toMatchObject([path, { code: 'validation_error' }]);
});
