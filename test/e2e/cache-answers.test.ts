import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { DomainError } from '../../src/kernel/errors/domain-error.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type Answer, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { watchReads, type WatchedReads } from '../support/watched-reads.js';

const dashboard = '/statistics/dashboard';
const endpoint = `/endpoints/${ids.aliceMain}/statistics`;
const key = `ethk_${'A'.repeat(32)}`;

let database: TestDatabase;
let app: TestApp;
let tokens: { alice: string; bob: string; admin: string };
let reads: WatchedReads;

async function start(environment: NodeJS.ProcessEnv = {}): Promise<void> {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  await database.query('UPDATE applications SET api_key = $1 WHERE id = $2', [key, ids.aliceApp]);
  app = await startTestApp(database.url, { CACHE_TTL_SECONDS: '30', ...environment });
  const login = (name: string) => app.login(`${name}@example.com`, password);
  tokens = { alice: await login('alice'), bob: await login('bob'), admin: await login('admin') };
  reads = watchReads(app, /-read-dashboard$/);
}

async function stop(): Promise<void> {
  await app.close();
  await database.drop();
}

const outcomeOf = ({ headers }: Answer) => headers.get('x-cache');
const ask = (path: string, token = tokens.alice, headers: Record<string, string> = {}) =>
  app.get(path, token, headers);
const outcome = async (path: string, token?: string) => outcomeOf(await ask(path, token));
const rename = (name: string) =>
  database.query('UPDATE endpoints SET name = $1 WHERE id = $2', [name, ids.aliceMain]);
const nameOf = async (token?: string) => (await ask(endpoint, token)).body.name as string;
const invalidate = (body: object, token = tokens.admin) =>
  app.post('/admin/cache/invalidate', body, { authorization: `Bearer ${token}` });
/** As a browser's cache does it: `fetch` adds no-cache where the tag is the caller's own. */
const revalidate = (path: string, tag: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${tokens.alice}`, 'if-none-match': tag };
    get(app.url + path, { headers }, (response) => resolve(response.resume())).on('error', reject);
  });
const untilBuilt = async () => {
  const fresh = () => ask(dashboard, tokens.alice, { 'cache-control': 'no-cache' });
  while ((await fresh()).headers.get('x-data-source') !== 'live') await sleep(50);
};

describe('an answer that is kept', () => {
  beforeAll(() => start());
  beforeEach(() => invalidate({ all: true }));
  afterAll(stop);

  it('is given again with its moment, its age and its tag', async () => {
    await untilBuilt();
    await invalidate({ all: true });
    const first = await ask(dashboard);
    await sleep(1050);
    const again = await ask(dashboard);
    expect([outcomeOf(first), first.headers.get('age')]).toEqual(['miss', '0']);
    expect([outcomeOf(again), again.headers.get('age'), again.text]).toEqual(['hit', '1', first.text]);
    for (const name of ['x-data-as-of', 'x-data-exact', 'x-data-source', 'etag', 'content-type'])
      expect([name, again.headers.get(name)]).toEqual([name, first.headers.get(name)]);
    const { statusCode, headers } = await revalidate(dashboard, first.headers.get('etag') ?? '');
    expect([statusCode, headers['x-cache']]).toEqual([304, 'hit']);
    expect(headers['x-data-as-of']).toBe(first.headers.get('x-data-as-of'));
  });

  it.each([
    [
      'order',
      '/statistics/timeseries?success=true&time_range=7d',
      '/statistics/timeseries?time_range=7d&success=true',
    ],
    ['defaults', '/statistics/timeseries', '/statistics/timeseries?granularity=hour&time_range=24h'],
    ['lists of chains', '/statistics/timeseries?chain_ids=10,1,10', '/statistics/timeseries?chain_ids=1,10'],
    [
      'the case of an id',
      endpoint,
      endpoint.toUpperCase().replace('/ENDPOINTS', '/endpoints').replace('STATISTICS', 'statistics'),
    ],
    [
      'ids given twice',
      `/statistics/endpoints?ids=${ids.aliceMain},${ids.aliceMain}`,
      `/statistics/endpoints?ids=${ids.aliceMain}`,
    ],
  ])('%s makes no difference', async (_what, path, other) => {
    expect([await outcome(path), await outcome(other)]).toEqual(['miss', 'hit']);
  });

  it.each([
    ['another value', '/statistics/timeseries?time_range=7d', '/statistics/timeseries?time_range=30d'],
    [
      'the order of a batch, which is that of the answer',
      `/statistics/endpoints?ids=${ids.aliceMain},${ids.aliceSpare}`,
      `/statistics/endpoints?ids=${ids.aliceSpare},${ids.aliceMain}`,
    ],
    ['the route', `/applications/${ids.aliceApp}/statistics`, `/applications/${ids.aliceApp}/timeseries`],
  ])('%s makes one', async (_what, path, other) => {
    expect([await outcome(path), await outcome(other)]).toEqual(['miss', 'miss']);
  });

  it("is the tenant's, and what an API key is given is its own", async () => {
    const events = '/events?limit=100';
    const alice = await ask(events);
    const [bob, byKey] = [
      await ask(events, tokens.bob),
      await app.get(events, undefined, { 'x-api-key': key }),
    ];
    expect([alice, bob, byKey].map(outcomeOf)).toEqual(['miss', 'miss', 'miss']);
    expect(bob.text).not.toBe(alice.text);
    // A foreign endpoint is refused whatever is kept of it.
    await ask(endpoint);
    expect((await ask(endpoint, tokens.bob)).status).toBe(403);
    expect((await app.get(endpoint)).status).toBe(401);
  });

  it('no-cache reads anew for the caller, and keeps that', async () => {
    await nameOf();
    await rename('renamed');
    expect(await nameOf()).toBe('main');
    const bypass = await ask(endpoint, tokens.alice, { 'cache-control': 'max-age=0, no-cache' });
    expect([outcomeOf(bypass), bypass.headers.get('age'), bypass.body.name]).toEqual([
      'bypass',
      '0',
      'renamed',
    ]);
    const after = await ask(endpoint);
    expect([outcomeOf(after), after.body.name]).toEqual(['hit', 'renamed']);
  });

  it('is none of the refusals', async () => {
    const nobody = '/endpoints/00000000-0000-4000-8000-00000000ffff/statistics';
    for (const [path, status] of [
      [nobody, 404],
      ['/statistics/timeseries?time_range=1y', 400],
      ['/events?offset=0&cursor=x', 400],
    ] as const)
      for (let turn = 0; turn < 2; turn++) {
        const answer = await ask(path);
        expect([path, answer.status, outcomeOf(answer)]).toEqual([path, status, null]);
      }
    const head = await fetch(app.url + dashboard, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${tokens.alice}` },
    });
    expect([head.status, head.headers.get('x-cache')]).toEqual([200, null]);
  });

  it('the document says which routes keep answers, and those do', async () => {
    const { body } = await app.get('/docs/openapi.json');
    const paths = body.paths as Record<string, { get?: { responses: Record<string, { headers?: object }> } }>;
    for (const [path, { get }] of Object.entries(paths)) {
      if (!('X-Cache' in (get?.responses['200']?.headers ?? {}))) continue;
      const id =
        { applications: ids.aliceApp, endpoints: ids.aliceMain, events: ids.failed }[
          path.split('/')[3] ?? ''
        ] ?? '';
      const batch = /statistics\/(endpoints|applications)$/.test(path) ? `?ids=${ids.aliceMain}` : '';
      const route = path.replace('/api/v1', '').replace('{id}', id) + batch;
      const [first, second] = [await ask(route), await ask(route)];
      expect([route, first.status, outcomeOf(first), outcomeOf(second)]).toEqual([route, 200, 'miss', 'hit']);
      expect(second.text).toBe(first.text);
    }
  });
});

describe('time', () => {
  afterEach(stop);

  it('after it a stale answer is given and read anew behind it, up to a bound', async () => {
    await start({ CACHE_TTL_SECONDS: '1', CACHE_STALE_SECONDS: '1' });
    await nameOf();
    await rename('second');
    await sleep(1100);
    const stale = await ask(endpoint);
    expect([outcomeOf(stale), stale.headers.get('age'), stale.body.name]).toEqual(['stale', '1', 'main']);
    await sleep(200);
    expect(await nameOf()).toBe('second');
    await rename('third');
    await sleep(2200);
    const late = await ask(endpoint);
    expect([outcomeOf(late), late.body.name]).toEqual(['miss', 'third']);
  });

  it('a page that moves is kept for a second and is never stale', async () => {
    await start();
    const page = '/events?limit=1';
    expect([await outcome(page), await outcome(page)]).toEqual(['miss', 'hit']);
    await sleep(1050);
    expect(await outcome(page)).toBe('miss');
  });

  it('0 s: nothing is kept, and nothing is said of it', async () => {
    await start({ CACHE_TTL_SECONDS: '0' });
    expect([await outcome(dashboard), await outcome(dashboard)]).toEqual([null, null]);
  });
});

describe('invalidation', () => {
  beforeEach(() => start());
  afterEach(stop);

  it('a change over the API shows in the next answer', async () => {
    const performance = `/applications/${ids.aliceApp}/endpoints/performance`;
    const names = async () =>
      ((await ask(performance)).body.endpoints as { name: string }[]).map(({ name }) => name).sort();
    const change = async (method: string, path: string, body?: object) =>
      expect((await app.call(method, path, tokens.alice, body)).status).toBeLessThan(300);
    expect(await names()).toEqual(['main', 'spare']);
    await change('PUT', `/endpoints/${ids.aliceMain}`, { name: 'renamed' });
    expect(await names()).toEqual(['renamed', 'spare']);
    await change('DELETE', `/endpoints/${ids.aliceSpare}`);
    expect(await names()).toEqual(['renamed']);
    const fields = {
      webhook_url: 'https://example.com',
      chain_ids: [],
      contract_addresses: [],
      event_signatures: [],
    };
    await change('POST', '/endpoints', { application_id: ids.aliceApp, name: 'new', ...fields });
    expect(await names()).toEqual(['new', 'renamed']);
    expect((await app.call('DELETE', `/applications/${ids.aliceApp}`, tokens.alice)).status).toBe(204);
    expect((await ask(performance)).status).toBe(404);
  });

  it("one tenant's change leaves the answers of the others", async () => {
    await ask(dashboard, tokens.bob);
    await app.call('PUT', `/endpoints/${ids.aliceMain}`, tokens.alice, { name: 'renamed' });
    expect(await outcome(dashboard, tokens.bob)).toBe('hit');
  });

  it('what was read before it is not kept after it', async () => {
    await untilBuilt();
    const names = watchReads(app, /-read-endpoints$/);
    const open = names.hold();
    const inFlight = ask(endpoint);
    while (names.count === 0) await sleep(5);
    await rename('renamed');
    await invalidate({ tenant_id: ids.alice });
    open();
    expect((await inFlight).body.name).toBe('main');
    expect(await nameOf()).toBe('renamed');
  });

  it('by tenant, application, endpoint and all: what has the tag', async () => {
    const paths = [
      dashboard,
      `/applications/${ids.aliceApp}/statistics`,
      endpoint,
      `/endpoints/${ids.aliceSpare}/statistics`,
      `/statistics/endpoints?ids=${ids.aliceSpare},${ids.aliceMain}`,
    ];
    const outcomes = async () => {
      const found = [];
      for (const path of paths) found.push(await outcome(path));
      found.push(outcomeOf(await app.get(endpoint, undefined, { 'x-api-key': key })));
      return [...found, await outcome(dashboard, tokens.bob)]
        .map((each) => (each === 'hit' ? 'h' : 'm'))
        .join('');
    };
    expect(await outcomes()).toBe('mmmmmmm');
    for (const [body, expected] of [
      [{ endpoint_id: ids.aliceMain }, 'hhmhmmh'],
      [{ application_id: ids.aliceApp }, 'hmhhhmh'],
      [{ tenant_id: ids.alice }, 'mmmmmmh'],
      [{ application_id: ids.bobApp }, 'hhhhhhh'],
      [{ all: true }, 'mmmmmmm'],
    ] as const) {
      const { status, body: answer } = await invalidate(body);
      expect([status, answer.reached]).toEqual([200, 'self']);
      expect([body, await outcomes()]).toEqual([body, expected]);
    }
  });

  it("is an administrator's, is checked and is in the audit log", async () => {
    expect((await invalidate({ all: true }, tokens.alice)).status).toBe(403);
    for (const body of [{}, { all: false }, { tenant_id: 'x' }, { everything: true }])
      expect([body, (await invalidate(body)).status]).toEqual([body, 400]);
    await invalidate({ tenant_id: ids.alice, endpoint_id: ids.bobMain });
    const tags = [`tenant:${ids.alice}`, `endpoint:${ids.bobMain}`];
    const log = (await app.get('/audit-logs', tokens.admin)).body.audit_logs as {
      action: string;
      after: object;
    }[];
    expect(log.filter(({ action }) => action === 'cache.invalidated').map(({ after }) => after)).toEqual([
      { tags },
    ]);
  });
});

describe('a crowd', () => {
  beforeAll(() => start());
  afterAll(stop);
  beforeEach(async () => {
    await untilBuilt();
    await invalidate({ all: true });
    reads.count = 0;
  });

  it('of 200 costs one statement', async () => {
    const open = reads.hold();
    const answers = Promise.all(Array.from({ length: 200 }, () => ask(dashboard)));
    while (reads.count === 0) await sleep(5);
    await sleep(200);
    open();
    const texts = new Set((await answers).map(({ status, text }) => `${status} ${text}`));
    expect([texts.size, reads.count]).toEqual([1, 1]);
  });

  it('is told together of what fails, which is not kept', async () => {
    reads.fail(new DomainError('unavailable', 'database_unavailable', 'The database is not available'));
    const open = reads.hold();
    const answers = Promise.all(Array.from({ length: 50 }, () => ask(dashboard)));
    while (reads.count === 0) await sleep(5);
    await sleep(200);
    open();
    expect(new Set((await answers).map(({ status, body }) => `${status} ${body.code}`))).toEqual(
      new Set(['503 database_unavailable']),
    );
    expect(reads.count).toBe(1);
    reads.fail(null);
    expect((await ask(dashboard)).status).toBe(200);
  });
});

describe('memory', () => {
  afterEach(stop);

  const gauges = async () => {
    const { text } = await app.get('/metrics');
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    return { entries: value('ethhook_cache_entries'), bytes: value('ethhook_cache_memory_bytes') };
  };

  it("has at most 1000 entries and so many bytes, also of what others keep in Nest's cache", async () => {
    await start({ CACHE_MEMORY_MB: '2' });
    const cache = app.app.get<Cache>(CACHE_MANAGER, { strict: false });
    for (let i = 0; i < 1500; i++) await cache.set(`small ${i}`, i);
    expect((await gauges()).entries).toBe(1000);
    expect(await cache.get('small 1499')).toBe(1499);
    expect(await cache.get('small 0')).toBeUndefined();
    for (let i = 0; i < 200; i++) await cache.set(`large ${i}`, 'x'.repeat(50_000));
    const { bytes, entries } = await gauges();
    expect([entries > 20, bytes > 2 ** 20, bytes <= 2 * 2 ** 20]).toEqual([true, true, true]);
    await cache.set('largest', 'x'.repeat(500_000));
    expect(await cache.get('largest')).toBeUndefined();
    await cache.clear();
    expect(await cache.get('large 199')).toBeUndefined();
  });
});
