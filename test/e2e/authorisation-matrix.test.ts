import { createHmac } from 'node:crypto';
import { readRoutes, type ApiRoute } from '../support/openapi-routes.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { JWT_SECRET, startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const deletion = '00000000-0000-4000-8000-0000000000d1';
/** Of the maintenance; it has ended. */
let run: string;
/** A finding, and a report. */
const monitored = '00000000-0000-4000-8000-0000000000f1';
const keys = {
  own: `ethk_${'A'.repeat(32)}`,
  bobs: `ethk_${'B'.repeat(32)}`,
  inactive: `ethk_${'C'.repeat(32)}`,
};

let database: TestDatabase;
let app: TestApp;
let routes: ApiRoute[];
let tokens: { alice: string; bob: string; admin: string };

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  await database.query(
    `INSERT INTO applications (user_id, name, webhook_secret, is_active) VALUES ($1, 'off', 's', false)`,
    [ids.alice],
  );
  await database.query(
    `UPDATE applications SET api_key = CASE WHEN id = $1 THEN $2 WHEN id = $3 THEN $4 ELSE $5 END`,
    [ids.aliceApp, keys.own, ids.bobApp, keys.bobs, keys.inactive],
  );
  await database.query(
    `INSERT INTO deletions (id, user_id, resource_type, resource_id, name, attempts_total, finished_at)
     VALUES ($1, $2, 'endpoint', gen_random_uuid(), 'gone', 0, now())`,
    [deletion, ids.alice],
  );
  const [ended] = await database.query<{ id: string }>(
    `INSERT INTO ethhook_admin_job_runs (job, state) VALUES ('vacuum', 'succeeded') RETURNING id`,
  );
  run = ended?.id ?? '';
  await database.query(
    `INSERT INTO ethhook_admin_findings
            (id, check_name, object, severity, title, evidence, why, advice, opened_at, last_seen_at, seen_limits)
     VALUES ($1, 'c', 'o', 'info', 't', '{}', 'w', 'a', now(), now(), '{}')`,
    [monitored],
  );
  await database.query(
    `INSERT INTO ethhook_admin_check_reports (id, cadence, created_at, content) VALUES ($1, 'daily', now(), '{}')`,
    [monitored],
  );
  app = await startTestApp(database.url);
  const login = (name: string) => app.login(`${name}@example.com`, password);
  tokens = { alice: await login('alice'), bob: await login('bob'), admin: await login('admin') };
  routes = await readRoutes(app);
}, 60_000);

afterAll(async () => {
  await app.close();
  await database.drop();
});

/** Who may ask. A route that is new is in no list: it is the owner's alone, or this test fails. */
const publicRoutes = [
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'POST /auth/register',
  'POST /auth/login',
];
const maintenanceRoutes = [
  'GET autovacuum',
  'POST autovacuum/apply',
  'POST autovacuum/revert',
  'GET bloat',
  'GET configuration',
  'GET configuration/patch',
  'POST configuration/apply',
  'POST configuration/revert',
  'GET indexes',
  'POST indexes/{name}/drop',
  'POST indexes/{name}/rebuild',
  'POST indexes/{name}/restore',
  'GET jobs',
  'GET jobs/{name}',
  'POST jobs/{name}/run',
  'POST jobs/{name}/pause',
  'POST jobs/{name}/resume',
  'POST pause',
  'POST resume',
  'GET retention',
  'POST retention/simulate',
  'GET runs',
  'GET runs/{id}',
  'POST runs/{id}/cancel',
  'GET runs/{id}/events',
].map((name) => name.replace(' ', ' /admin/maintenance/'));
const monitoringRoutes = [
  'GET activity/connections',
  'GET activity/locks',
  'GET activity/progress',
  'GET activity/replication',
  'GET activity/sessions',
  'POST activity/sessions/{pid}/cancel',
  'POST activity/sessions/{pid}/terminate',
  'GET activity/trends',
  'GET activity/wal',
  'GET alerts',
  'POST alerts/test',
  'GET checks',
  'GET findings',
  'GET findings/{id}',
  'POST findings/{id}/ignore',
  'POST findings/{id}/unignore',
  'GET foreign-keys',
  'GET growth',
  'GET indexes',
  'GET indexes/history',
  'GET reports',
  'GET reports/{id}',
  'GET requests/routes',
  'GET requests/series',
  'GET scorecard',
  'GET scorecard/baseline',
  'PUT scorecard/baseline',
  'GET scorecard/plan-table',
  'GET sequences',
  'GET statements',
  'GET statements/errors',
  'GET statements/new',
  'GET statements/plan-changes',
  'GET statements/regressed',
  'GET statements/{queryid}',
  'GET statements/{queryid}/plan',
  'GET tables',
  'GET tables/history',
  'GET tenants',
  'GET tenants/top',
  'GET tenants/{id}',
  'GET timeline',
  'POST timeline',
  'GET timeline/{id}/effect',
  'GET wraparound',
].map((name) => name.replace(' ', ' /admin/monitoring/'));
const adminRoutes = [
  'GET /statistics/alchemy-usage',
  'POST /admin/cache/invalidate',
  ...maintenanceRoutes,
  ...monitoringRoutes,
];
/** Of those that an administrator gets no answer from. */
const refusedByState: Record<string, number> = {
  'GET /statistics/alchemy-usage': 404,
  'POST /admin/maintenance/runs/{id}/cancel': 409,
  'POST /admin/monitoring/alerts/test': 409,
  'POST /admin/monitoring/activity/sessions/{pid}/cancel': 404,
  'POST /admin/monitoring/activity/sessions/{pid}/terminate': 404,
  'GET /admin/monitoring/statements/{queryid}': 404,
  'GET /admin/monitoring/statements/{queryid}/plan': 404,
};
const keyRoutes = [
  'GET /events',
  'GET /events/{id}',
  'GET /delivery-attempts',
  'GET /endpoints/{id}/deliveries',
  'GET /endpoints/{id}/statistics',
  'GET /endpoints/{id}/timeseries',
  'GET /applications/{id}/statistics',
  'GET /applications/{id}/timeseries',
  'GET /applications/{id}/endpoints/performance',
  'GET /statistics/applications',
  'GET /statistics/endpoints',
];
const nameOf = ({ method, path }: ApiRoute) => `${method} ${path}`;
const closedRoutes = () => routes.filter((route) => !publicRoutes.includes(nameOf(route)));

const idOf: Record<string, string> = {
  applications: ids.aliceApp,
  endpoints: ids.aliceMain,
  events: ids.failed,
  deletions: deletion,
};
/** Parameters without which there is no answer. */
const queryOf: Record<string, string> = {
  '/statistics/applications': `?ids=${ids.aliceApp}`,
  '/statistics/endpoints': `?ids=${ids.aliceMain}`,
  '/admin/monitoring/activity/trends': '?series=server_connections',
  '/admin/monitoring/indexes/history': '?index=public.events_pkey',
  '/admin/monitoring/requests/series': '?route=/api/v1/users/me',
  '/admin/monitoring/tables/history': '?table=public.events',
};

/** What is in a path's braces. */
const placeOf = (path: string): string => {
  if (path.includes('/runs/{id}')) return run;
  if (path.includes('/jobs/{name}')) return 'vacuum';
  if (path.includes('/sessions/{pid}')) return '2147483647';
  if (path.includes('/tenants/{id}')) return ids.alice;
  if (path.includes('{queryid}')) return '0';
  if (path.includes('/timeline/{id}')) return 'migration:AdoptEthhookSchema1764000000000';
  if (path.startsWith('/admin/monitoring/')) return monitored;
  return idOf[path.split('/')[1] ?? ''] ?? 'no_such_index';
};

/** With alice's ids. A stream is left as soon as it has begun. */
async function ask(route: ApiRoute, headers: Record<string, string>) {
  const path = route.path.replace(/\{\w+\}/, placeOf(route.path)) + (queryOf[route.path] ?? '');
  const isWrite = route.method !== 'GET';
  const body = { ...route.example, ...(route.path === '/endpoints' && { application_id: ids.aliceApp }) };
  const answer = await fetch(app.url + path, {
    method: route.method,
    headers: { ...headers, ...(isWrite && { 'content-type': 'application/json' }) },
    ...(isWrite && route.method !== 'DELETE' && { body: JSON.stringify(body) }),
  });
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (isStream) await answer.body?.cancel();
  const text = isStream ? '' : await answer.text();
  const code = text.startsWith('{') ? (JSON.parse(text) as { code?: string }).code : undefined;
  return { status: answer.status, code, text };
}
/** Which of the two it is depends on the route; the contract has both. */
const kindOf = (status: number) => (status === 403 || status === 404 ? 'refused' : status);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);
const claims = () => ({
  sub: ids.alice,
  email: 'alice@example.com',
  is_admin: true,
  exp: now() + 3600,
  iat: now(),
});
function forge(payload: object, { secret = JWT_SECRET, alg = 'HS256', hash = 'sha256' } = {}): string {
  const signed = `${encode({ typ: 'JWT', alg })}.${encode(payload)}`;
  return `${signed}.${alg === 'none' ? '' : createHmac(hash, secret).update(signed).digest('base64url')}`;
}

/** All that is alice's, and all that a caller might change. */
const snapshot = () =>
  database.query(
    `SELECT (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.id) FROM applications a) AS applications,
            (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.id) FROM endpoints e) AS endpoints,
            (SELECT jsonb_agg(to_jsonb(u) - 'last_login_at' ORDER BY u.id) FROM users u WHERE u.id = $1) AS users,
            (SELECT count(*) FROM deletions) AS deletions,
            (SELECT count(*) FROM ethhook_admin_job_runs r WHERE r.asked_by IS NOT NULL) AS asked,
            (SELECT count(*) FROM ethhook_admin_jobs j WHERE j.paused_at IS NOT NULL) AS paused,
            (SELECT count(*) FROM ethhook_admin_findings f WHERE f.ignored_at IS NOT NULL) AS ignored,
            (SELECT count(*) FROM ethhook_admin_alerts) AS alerts`,
    [ids.alice],
  );

it('has every route in a class, and the document says the same', () => {
  const known = [...publicRoutes, ...adminRoutes, ...keyRoutes];
  const names = routes.map(nameOf);
  expect(known.filter((name) => !names.includes(name))).toEqual([]);
  for (const route of routes) {
    const name = nameOf(route);
    const expected = publicRoutes.includes(name)
      ? []
      : keyRoutes.includes(name)
        ? ['api_key', 'bearer']
        : ['bearer'];
    expect([name, route.security.sort()]).toEqual([name, expected]);
  }
});

describe('refused on every route that is not public', () => {
  const callers: [string, () => Record<string, string>, string][] = [
    ['nobody', () => ({}), 'missing_token'],
    ['nonsense', () => bearer('nonsense'), 'invalid_token'],
    ['another scheme', () => ({ authorization: `Basic ${encode({ alice: 'x' })}` }), 'invalid_token'],
    ['expired', () => bearer(forge({ ...claims(), exp: now() - 1 })), 'invalid_token'],
    ['alg none', () => bearer(forge(claims(), { alg: 'none' })), 'invalid_token'],
    ['another secret', () => bearer(forge(claims(), { secret: 'another' })), 'invalid_token'],
    ['HS512', () => bearer(forge(claims(), { alg: 'HS512', hash: 'sha512' })), 'invalid_token'],
    ['no claims', () => bearer(forge({ exp: now() + 60 })), 'invalid_token'],
    ['the key of an inactive application', () => ({ 'x-api-key': keys.inactive }), 'invalid_api_key'],
    ['a key that nobody has', () => ({ 'x-api-key': `ethk_${'z'.repeat(32)}` }), 'invalid_api_key'],
    ['a token and a key', () => ({ ...bearer(tokens.alice), 'x-api-key': keys.own }), 'invalid_token'],
  ];
  it.each(callers)('%s', async (_, headers, code) => {
    const before = await snapshot();
    for (const route of closedRoutes()) {
      const answer = await ask(route, headers());
      expect([nameOf(route), answer.status, answer.code]).toEqual([nameOf(route), 401, code]);
    }
    expect(await snapshot()).toEqual(before);
  });
});

it("another tenant, and an administrator, get nothing that is alice's, and change nothing of hers", async () => {
  const before = await snapshot();
  for (const token of [tokens.bob, tokens.admin])
    for (const route of closedRoutes()) {
      if (nameOf(route) === 'PUT /users/me' || nameOf(route) === 'POST /applications') continue; // their own
      if (adminRoutes.includes(nameOf(route))) continue;
      const { status, text } = await ask(route, bearer(token));
      const isRefused = route.path.includes('{id}') || route.method !== 'GET';
      expect([nameOf(route), kindOf(status)]).toEqual([nameOf(route), isRefused ? 'refused' : 200]);
      for (const secret of [ids.aliceMain, ids.aliceApp, ids.failed, 'alice@', keys.own])
        expect([nameOf(route), text.replaceAll(`"not_found":["${secret}"]`, '').includes(secret)]).toEqual([
          nameOf(route),
          false,
        ]);
    }
  expect(await snapshot()).toEqual(before);
});

it('only administrators open their routes', async () => {
  const before = await snapshot();
  const ofAdmins = closedRoutes().filter((one) => adminRoutes.includes(nameOf(one)));
  for (const route of ofAdmins)
    for (const token of [tokens.alice, tokens.bob])
      expect(await ask(route, bearer(token))).toMatchObject({ status: 403, code: 'admin_only' });
  expect(await snapshot()).toEqual(before);
  for (const route of ofAdmins) {
    const { status } = await ask(route, bearer(tokens.admin));
    const refusal = refusedByState[nameOf(route)];
    expect([nameOf(route), status < 300 ? undefined : status]).toEqual([nameOf(route), refusal]);
  }
});

it('the owner reads every route', async () => {
  for (const route of closedRoutes().filter(({ method }) => method === 'GET')) {
    if (adminRoutes.includes(nameOf(route))) continue;
    expect([nameOf(route), (await ask(route, bearer(tokens.alice))).status]).toEqual([nameOf(route), 200]);
  }
});

it("an API key reads its application's statistics and events, and opens nothing else", async () => {
  const before = await snapshot();
  for (const route of closedRoutes()) {
    const isOpen = keyRoutes.includes(nameOf(route));
    const own = await ask(route, { 'x-api-key': keys.own });
    expect([nameOf(route), own.status, own.code]).toEqual(
      isOpen ? [nameOf(route), 200, undefined] : [nameOf(route), 403, 'api_key_not_allowed'],
    );
    const foreign = await ask(route, { 'x-api-key': keys.bobs });
    const isById = route.path.includes('{id}');
    expect([nameOf(route), kindOf(foreign.status)]).toEqual([
      nameOf(route),
      isOpen && !isById ? 200 : 'refused',
    ]);
  }
  expect(await snapshot()).toEqual(before);
});

it('the token of a user who is gone opens nothing of anybody', async () => {
  const [user] = await database.query<{ id: string }>(
    `INSERT INTO users (email, password_hash) VALUES ('gone@example.com', 'x') RETURNING id`,
  );
  await database.query('DELETE FROM users WHERE id = $1', [user?.id]);
  const token = forge({ ...claims(), sub: user?.id, email: 'gone@example.com', is_admin: false });
  for (const route of closedRoutes()) {
    const { status, text } = await ask(route, bearer(token));
    expect([nameOf(route), status < 500]).toEqual([nameOf(route), true]);
    expect(text).not.toMatch(/alice@|"id":"0{8}-0{4}-4000-8000-000000000a11/);
  }
});
