import { setTimeout as sleep } from 'node:timers/promises';
import { Tags } from '../../src/kernel/cache/tags.js';
import type { ReadContext } from '../../src/kernel/database/replicas/read-context.js';
import { requestContext } from '../../src/kernel/database/request-context.js';
import { RequestCost } from '../../src/kernel/telemetry/requests/request-cost.js';
import { Reads } from '../../src/kernel/database/replicas/reads.js';
import { sql } from '../../src/kernel/database/sql.js';
import { Replicas } from '../../src/kernel/database/replicas/replicas.js';
import { startInserting, type InsertLog } from '../support/insert-log.js';
import { becomes } from '../support/leader-tasks.js';
import type { Replica } from '../support/replica.js';
import { startReplicatedWorld, type ReplicatedWorld } from '../support/replicated-world.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(120_000);

/** What the product promises of every answer, and of the share of failed ones. */
const LONGEST_MS = 3500;
const MAX_ERROR_RATE = 0.001;
const LEFT_OUT_WITHIN_MS = 1000;
const MAX_LAG_MS = 600;
const READERS = 6;

let world: ReplicatedWorld;
let first: Replica;
let second: Replica;
let app: TestApp;
/** Another instance of the server. */
let other: TestApp;
let token: string;
let eventsBefore: number;

const environment = () => ({
  DATABASE_REPLICA_URLS: world.replicas.map(({ url }) => url).join(','),
  DATABASE_REPLICA_MAX_LAG_MS: String(MAX_LAG_MS),
});

beforeAll(async () => {
  world = await startReplicatedWorld(['first', 'second'], ({ query }) => createSmallWorld(query));
  [first, second] = world.replicas as [Replica, Replica];
  await Promise.all([first.caughtUp(), second.caughtUp()]);
  app = await startTestApp(world.server.url, environment());
  other = await startTestApp(world.server.url, { ...environment(), FOLD_ENABLED: 'false' });
  token = await app.login('alice@example.com', password);
  const { body } = await app.get('/statistics/dashboard', token);
  eventsBefore = (body as { events_total: number }).events_total;
  await usable(app, [true, true]);
  await usable(other, [true, true]);
});

afterAll(async () => {
  await app.close();
  await other.close();
  await world.remove();
});

const states = ({ app: nest }: TestApp) => nest.get(Replicas).all.map(({ isUsable }) => isUsable);
const usable = (of: TestApp, expected: boolean[], withinMs = 20_000) =>
  becomes(`replicas are ${expected.join(', ')}`, () => states(of).join() === expected.join(), withinMs);

const retries = async (of: TestApp) => {
  const text = (await of.get('/metrics')).text;
  return [...text.matchAll(/^ethhook_replica_retries_total\S* (\d+)/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
};

async function answers(of: TestApp, node: RegExp): Promise<number> {
  const text = (await of.get('/metrics')).text;
  return [...text.matchAll(/^ethhook_reads_total\{node="(\w+)"\} (\d+)/gm)]
    .filter(([, name = '']) => node.test(name))
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

interface Load {
  count: number;
  failed: unknown[];
  wrong: unknown[];
  longestMs: number;
}

/** Readers of both instances, each of which asks again at once; every answer is held against what was written. */
async function loadWhile(inserts: InsertLog, during: () => Promise<void>): Promise<Load> {
  const load: Load = { count: 0, failed: [], wrong: [], longestMs: 0 };
  let isOver = false;
  const reader = async (of: TestApp, path: string) => {
    for (let seen = 0; !isOver;) {
      const startedAt = performance.now();
      const { status, body, headers } = await of.get(path, token);
      const tookMs = performance.now() - startedAt;
      load.count++;
      load.longestMs = Math.max(load.longestMs, tookMs);
      if (status !== 200) load.failed.push({ path, status, body: body as unknown });
      else {
        const asOf = headers.get('x-data-as-of') ?? '';
        const total = Number((body as { events_total?: number; total?: number }).events_total ?? body.total);
        const least = inserts.committedBy(asOf);
        // Also: a caller never sees again what was before what it has seen.
        if (total < least || total > inserts.begun() || total < seen)
          load.wrong.push({ path, total, least, begun: inserts.begun(), seen, asOf });
        seen = total;
      }
      await sleep(5);
    }
  };
  const running = Promise.all(
    Array.from({ length: READERS }, (_, n) =>
      reader(n % 2 === 0 ? app : other, n % 3 === 0 ? '/events?limit=5' : '/statistics/dashboard'),
    ),
  );
  try {
    await during();
  } finally {
    isOver = true;
    await running;
  }
  return load;
}

it('a server starts while a replica is away, and reads at the primary', async () => {
  const alone = await startTestApp(world.server.url, {
    DATABASE_REPLICA_URLS: 'postgres://nobody@127.0.0.1:1/postgres',
    FOLD_ENABLED: 'false',
  });
  expect(states(alone)).toEqual([false]);
  expect((await alone.get('/statistics/dashboard', token)).status).toBe(200);
  await alone.close();
});

describe('what a caller has written', () => {
  let patient: TestApp;
  let elsewhere: TestApp;

  beforeAll(async () => {
    // So patient that replicas are read from however far they are behind.
    const far = { ...environment(), DATABASE_REPLICA_MAX_LAG_MS: '600000', FOLD_ENABLED: 'false' };
    [patient, elsewhere] = [
      await startTestApp(world.server.url, far),
      await startTestApp(world.server.url, far),
    ];
  });
  afterAll(async () => {
    await Promise.all([first.resumeReplay(), second.resumeReplay()]);
    await Promise.all([patient.close(), elsewhere.close()]);
    await Promise.all([usable(app, [true, true]), usable(other, [true, true])]);
  });

  const path = `/applications/${ids.aliceApp}`;
  const nameAt = async (at: TestApp, headers: Record<string, string> = {}) =>
    ((await at.get(path, token, headers)).body as { name: string }).name;

  it('is read by that caller at once, on any instance with the token of the answer, until the replica has it', async () => {
    await Promise.all([first.caughtUp(), second.caughtUp()]);
    await Promise.all([first.pauseReplay(), second.pauseReplay()]);
    expect(await nameAt(elsewhere)).toBe('A');
    const written = await patient.call('PUT', path, token, { name: 'renamed' });
    expect(written.status).toBe(200);
    expect(await nameAt(patient)).toBe('renamed');
    // No token: of the replica, and so of before.
    expect(await nameAt(elsewhere)).toBe('A');
    const sent = written.headers.get('x-read-after') ?? '';
    const cookie = written.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^ethhook_read_after=[\w-]+; Path=\/api\/v1; Max-Age=60; HttpOnly; SameSite=Lax$/);
    expect(await nameAt(elsewhere, { 'x-read-after': sent })).toBe('renamed');
    expect(await nameAt(elsewhere, { cookie: `a=b; ${cookie.split(';')[0]}` })).toBe('renamed');
    // Once read there, a caller does not see it gone again.
    expect(await nameAt(elsewhere)).toBe('renamed');
    const before = await answers(elsewhere, /replica/);
    await Promise.all([first.resumeReplay(), second.resumeReplay()]);
    await Promise.all([first.caughtUp(), second.caughtUp()]);
    await sleep(500);
    expect(await nameAt(elsewhere, { 'x-read-after': sent })).toBe('renamed');
    expect(await answers(elsewhere, /replica/)).toBeGreaterThan(before);
  });

  it('a token that nobody has given out leads to the primary', async () => {
    const before = await answers(elsewhere, /primary/);
    for (const forged of ['x', 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'A'.repeat(5000)])
      expect((await elsewhere.get(path, token, { 'x-read-after': forged })).status).toBe(200);
    expect(await answers(elsewhere, /primary/)).toBe(before + 3);
  });

  it('a refused write gives no token', async () => {
    const refused = await patient.call('PUT', path, token, { name: '' });
    expect([refused.status, refused.headers.get('x-read-after')]).toEqual([400, null]);
  });
});

it('what is kept after an invalidation has what was there before it, also where no replica has that yet', async () => {
  const keeping = await startTestApp(world.server.url, {
    ...environment(),
    ...{ CACHE_TTL_SECONDS: '30', FOLD_ENABLED: 'false', DATABASE_REPLICA_MAX_LAG_MS: '600000' },
  });
  const total = async () => {
    const { body, headers } = await keeping.get('/statistics/dashboard', token);
    return [(body as { events_total: number }).events_total, headers.get('x-cache')];
  };
  try {
    await usable(keeping, [true, true]);
    const [before] = await total();
    expect(await total()).toEqual([before, 'hit']);
    await Promise.all([first.pauseReplay(), second.pauseReplay()]);
    const [event] = await world.query<{ id: string }>(
      `INSERT INTO events (block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
       VALUES (1, '0xb', 'kept', 0, '0xc', '{}', '0x', now()) RETURNING id`,
    );
    await world.query(
      'INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number) VALUES ($1, $2, 1)',
      [event?.id, ids.aliceMain],
    );
    await keeping.app.get(Tags).invalidate([`tenant:${ids.alice}`]);
    expect(await total()).toEqual([Number(before) + 1, 'miss']);
  } finally {
    await Promise.all([first.resumeReplay(), second.resumeReplay()]);
    await keeping.close();
    await world.query(`DELETE FROM events WHERE transaction_hash = 'kept'`);
  }
});

describe('a read that a replica breaks off is answered by the primary', () => {
  it('because its session was ended', async () => {
    const before = await retries(app);
    let isOver = false;
    const ending = (async () => {
      const text = `SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
                     WHERE a.application_name = 'ethhook-admin replica' AND a.state = 'active'`;
      while (!isOver) await Promise.all([first.query(text), second.query(text)]);
    })();
    const answered = async () => expect((await app.get('/statistics/dashboard', token)).status).toBe(200);
    try {
      await becomes('a session was ended while it had a statement', async () => {
        for (let n = 0; n < 10; n++) await Promise.all([answered(), answered(), answered()]);
        return (await retries(app)) > before;
      });
    } finally {
      isOver = true;
      await ending;
    }
  });

  it('because it stood in the way of the recovery', async () => {
    for (const replica of [first, second])
      await replica
        .query(`ALTER SYSTEM SET max_standby_streaming_delay = '50ms'`)
        .then(() => replica.query('SELECT pg_reload_conf()'));
    await world.query('CREATE TABLE conflict AS SELECT n FROM generate_series(1, 1000) n');
    await Promise.all([first.caughtUp(), second.caughtUp()]);
    await usable(app, [true, true]);
    const before = await retries(app);
    const context: ReadContext = { callerId: 'x', after: 0n, isOver: false, onWritten: () => undefined };
    const slow = sql<{ n: number }>('test.read-slowly')`SELECT count(*)::int AS n, pg_sleep(1) FROM conflict`;
    const reading = requestContext.run({ cost: new RequestCost(), reads: context }, () =>
      app.app.get(Reads).query(slow),
    );
    await sleep(200);
    await world.query('DELETE FROM conflict WHERE n > 10');
    await world.query('VACUUM conflict');
    expect((await reading)[0]).toMatchObject({ n: 10 });
    expect(await retries(app)).toBe(before + 1);
    expect(context.node).toBeNull();
  });
});

it('replicas that are killed, frozen, behind or promoted under load cost no wrong answer and no wait', async () => {
  const inserts = await startInserting(world.server.url, eventsBefore);
  const before = await answers(app, /replica/);
  const within = (expected: boolean[], ms = LEFT_OUT_WITHIN_MS) =>
    Promise.all([usable(app, expected, ms), usable(other, expected, ms)]);
  const { address } = app.app.get(Replicas).usableFor(ids.alice, 0n)[0]!;
  const [own, spare] = first.url.includes(address) ? [first, second] : [second, first];
  const both = [true, true];
  const only = (replica: Replica) => world.replicas.map((each) => each === replica);
  const load = await loadWhile(inserts, async () => {
    const phase = async (name: string, hurt: () => Promise<void>, expected: boolean[], ms?: number) => {
      await hurt();
      await within(expected, ms).catch((error: Error) =>
        Promise.reject(new Error(`${name}: ${error.message}`)),
      );
      await sleep(400);
    };
    // The caller's own is the one that it is read to from while it is there.
    await phase('own killed', own.kill, only(spare));
    await phase('own back', own.restart, both, 20_000);
    await phase('own frozen', own.freeze, only(spare));
    await phase('both frozen', spare.freeze, [false, false]);
    await phase('both back', async () => void (await Promise.all([own.thaw(), spare.thaw()])), both, 20_000);
    await phase('own behind', own.pauseReplay, only(spare), MAX_LAG_MS + LEFT_OUT_WITHIN_MS);
    await phase('own has caught up', own.resumeReplay, both, 20_000);
    await phase('own promoted', own.promote, only(spare));
    await own.query(
      'INSERT INTO users (id, email, password_hash) SELECT gen_random_uuid(), n || $$@fork$$, $$x$$ FROM generate_series(1, 1000) n',
    );
    await sleep(1000);
    expect(states(app)).toEqual(only(spare));
  });
  await inserts.stop();
  expect(load.wrong.slice(0, 3)).toEqual([]);
  expect(load.failed.length / load.count).toBeLessThanOrEqual(MAX_ERROR_RATE);
  expect(load.longestMs).toBeLessThan(LONGEST_MS);
  expect(load.count).toBeGreaterThan(500);
  expect((await answers(app, /replica/)) - before).toBeGreaterThan(100);
  process.stdout.write(
    `replica faults: ${load.count} answers, ${load.failed.length} failed, longest ${Math.round(load.longestMs)} ms\n`,
  );
});
