import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { DomainError } from '../../src/kernel/errors/domain-error.js';
import {
  apiKey,
  dashboard,
  endpoint,
  outcomeOf,
  startCachedWorld,
  type CachedWorld,
} from '../support/cached-world.js';
import { ids } from '../support/small-world.js';
import { watchReads, type WatchedReads } from '../support/watched-reads.js';

let world: CachedWorld;

/** As a browser's cache does it: `fetch` adds no-cache where the tag is the caller's own. */
const revalidate = (path: string, tag: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${world.tokens.alice}`, 'if-none-match': tag };
    get(world.app.url + path, { headers }, (response) => resolve(response.resume())).on('error', reject);
  });

describe('an answer that is kept', () => {
  beforeAll(async () => void (world = await startCachedWorld()));
  beforeEach(() => world.invalidate({ all: true }));
  afterAll(() => world.close());

  it('is given again with its moment, its age and its tag', async () => {
    await world.untilBuilt();
    await world.invalidate({ all: true });
    const first = await world.ask(dashboard);
    await sleep(1050);
    const again = await world.ask(dashboard);
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
    expect([await world.outcome(path), await world.outcome(other)]).toEqual(['miss', 'hit']);
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
    expect([await world.outcome(path), await world.outcome(other)]).toEqual(['miss', 'miss']);
  });

  it("is the tenant's, and what an API key is given is its own", async () => {
    const events = '/events?limit=100';
    const alice = await world.ask(events);
    const [bob, byKey] = [
      await world.ask(events, world.tokens.bob),
      await world.app.get(events, undefined, { 'x-api-key': apiKey }),
    ];
    expect([alice, bob, byKey].map(outcomeOf)).toEqual(['miss', 'miss', 'miss']);
    expect(bob.text).not.toBe(alice.text);
    // A foreign endpoint is refused whatever is kept of it.
    await world.ask(endpoint);
    expect((await world.ask(endpoint, world.tokens.bob)).status).toBe(403);
    expect((await world.app.get(endpoint)).status).toBe(401);
  });

  it('no-cache reads anew for the caller, and keeps that', async () => {
    await world.nameOf();
    await world.rename('renamed');
    expect(await world.nameOf()).toBe('main');
    const bypass = await world.ask(endpoint, world.tokens.alice, { 'cache-control': 'max-age=0, no-cache' });
    expect([outcomeOf(bypass), bypass.headers.get('age'), bypass.body.name]).toEqual([
      'bypass',
      '0',
      'renamed',
    ]);
    const after = await world.ask(endpoint);
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
        const answer = await world.ask(path);
        expect([path, answer.status, outcomeOf(answer)]).toEqual([path, status, null]);
      }
    const head = await fetch(world.app.url + dashboard, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${world.tokens.alice}` },
    });
    expect([head.status, head.headers.get('x-cache')]).toEqual([200, null]);
  });

  it('the document says which routes keep answers, and those do', async () => {
    const { body } = await world.app.get('/docs/openapi.json');
    const paths = body.paths as Record<string, { get?: { responses: Record<string, { headers?: object }> } }>;
    for (const [path, { get }] of Object.entries(paths)) {
      if (!('X-Cache' in (get?.responses['200']?.headers ?? {}))) continue;
      const id =
        { applications: ids.aliceApp, endpoints: ids.aliceMain, events: ids.failed }[
          path.split('/')[3] ?? ''
        ] ?? '';
      const batch = /statistics\/(endpoints|applications)$/.test(path) ? `?ids=${ids.aliceMain}` : '';
      const route = path.replace('/api/v1', '').replace('{id}', id) + batch;
      const [first, second] = [await world.ask(route), await world.ask(route)];
      expect([route, first.status, outcomeOf(first), outcomeOf(second)]).toEqual([route, 200, 'miss', 'hit']);
      expect(second.text).toBe(first.text);
    }
  });
});

describe('time', () => {
  afterEach(() => world.close());

  it('after it a stale answer is given and read anew behind it, up to a bound', async () => {
    world = await startCachedWorld({ CACHE_TTL_SECONDS: '1', CACHE_STALE_SECONDS: '1' });
    await world.nameOf();
    await world.rename('second');
    await sleep(1100);
    const stale = await world.ask(endpoint);
    expect([outcomeOf(stale), stale.headers.get('age'), stale.body.name]).toEqual(['stale', '1', 'main']);
    await sleep(200);
    expect(await world.nameOf()).toBe('second');
    await world.rename('third');
    await sleep(2200);
    const late = await world.ask(endpoint);
    expect([outcomeOf(late), late.body.name]).toEqual(['miss', 'third']);
  });

  it('a page that moves is kept for a second and is never stale', async () => {
    world = await startCachedWorld();
    const page = '/events?limit=1';
    expect([await world.outcome(page), await world.outcome(page)]).toEqual(['miss', 'hit']);
    await sleep(1050);
    expect(await world.outcome(page)).toBe('miss');
  });

  it('0 s: nothing is kept, and nothing is said of it', async () => {
    world = await startCachedWorld({ CACHE_TTL_SECONDS: '0' });
    expect([await world.outcome(dashboard), await world.outcome(dashboard)]).toEqual([null, null]);
  });
});

describe('a crowd', () => {
  let reads: WatchedReads;

  beforeAll(async () => {
    world = await startCachedWorld();
    reads = watchReads(world.app, /-read-dashboard$/);
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.untilBuilt();
    await world.invalidate({ all: true });
    reads.count = 0;
  });

  it('of 200 costs one statement', async () => {
    const open = reads.hold();
    const answers = Promise.all(Array.from({ length: 200 }, () => world.ask(dashboard)));
    while (reads.count === 0) await sleep(5);
    await sleep(200);
    open();
    const texts = new Set((await answers).map(({ status, text }) => `${status} ${text}`));
    expect([texts.size, reads.count]).toEqual([1, 1]);
  });

  it('is told together of what fails, which is not kept', async () => {
    reads.fail(new DomainError('unavailable', 'database_unavailable', 'The database is not available'));
    const open = reads.hold();
    const answers = Promise.all(Array.from({ length: 50 }, () => world.ask(dashboard)));
    while (reads.count === 0) await sleep(5);
    await sleep(200);
    open();
    expect(new Set((await answers).map(({ status, body }) => `${status} ${body.code}`))).toEqual(
      new Set(['503 database_unavailable']),
    );
    expect(reads.count).toBe(1);
    reads.fail(null);
    expect((await world.ask(dashboard)).status).toBe(200);
  });
});

describe('memory', () => {
  afterEach(() => world.close());

  const gauges = async () => {
    const { text } = await world.app.get('/metrics');
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    return { entries: value('ethhook_cache_entries'), bytes: value('ethhook_cache_memory_bytes') };
  };

  it("has at most 1000 entries and so many bytes, also of what others keep in Nest's cache", async () => {
    world = await startCachedWorld({ CACHE_MEMORY_MB: '2' });
    const cache = world.app.app.get<Cache>(CACHE_MANAGER, { strict: false });
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
