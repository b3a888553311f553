import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { loadConfig, type AppConfig } from '../../src/kernel/config/config.js';
import { connectionOptions } from '../../src/kernel/database/connection.js';
import type { Database, QueryRunner } from '../../src/kernel/database/database.js';
import { DedicatedSessions, type DedicatedSession } from '../../src/kernel/database/dedicated-session.js';
import { sql } from '../../src/kernel/database/sql.js';
import { DatabaseWatchdog } from '../../src/kernel/database/watchdog.js';
import { ShadowRepository } from '../../src/kernel/shadow/shadow.repository.js';
import { Shadow } from '../../src/kernel/shadow/shadow.js';
import { Metrics } from '../../src/kernel/telemetry/metrics.js';
import type { EventList } from '../../src/modules/events/events.reads.js';
import { OriginalEventsReads } from '../../src/modules/events/original-events.reads.js';
import { ShadowEventsReads } from '../../src/modules/events/shadow-events.reads.js';
import { OriginalStatisticsReads } from '../../src/modules/statistics/original-statistics.reads.js';
import { ShadowStatisticsReads } from '../../src/modules/statistics/shadow-statistics.reads.js';
import type { Read } from '../../src/modules/statistics/statistics.reads.js';
import { becomes } from '../support/leader-tasks.js';
import { databaseOver } from '../support/own-database.js';
import { createSmallWorld, ids } from '../support/small-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

let testDatabase: TestDatabase;
let pool: pg.Pool;
let database: Database;
let metrics: Metrics;
let shadow: Shadow;
let logged: string[];
let opened: DedicatedSession[];

class WatchedSessions extends DedicatedSessions {
  override async connect(purpose: string) {
    const session = await super.connect(purpose);
    opened.push(session);
    return session;
  }
}

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  await createSmallWorld(testDatabase.query);
});
beforeEach(async () => {
  await testDatabase.query('TRUNCATE ethhook_admin_shadow_differences');
  logged = [];
  const log = (line: unknown) => void logged.push(String(line));
  Logger.overrideLogger({ log, warn: log, error: log });
  setUp('100');
});
afterEach(async () => {
  await shadow.onModuleDestroy();
  await pool.end();
});
afterAll(() => testDatabase.drop());

function setUp(percent: string): void {
  const config = loadConfig({
    DATABASE_URL: testDatabase.url,
    JWT_SECRET: 'x'.repeat(32),
    STATISTICS_SHADOW_PERCENT: percent,
  }) as AppConfig;
  const options = connectionOptions(config, 'shadow-test');
  const watchdog = new DatabaseWatchdog(options);
  pool = new pg.Pool({ ...options, max: 2 });
  database = databaseOver(pool, config, watchdog);
  metrics = new Metrics();
  opened = [];
  shadow = new Shadow(new WatchedSessions(config, watchdog), new ShadowRepository(database), config, metrics);
}

const asLive = <T>({ value, trust }: Read<T>): Read<T> => ({ value, trust: { ...trust, source: 'live' } });

/** The original SQL in the part of the live reads; what goes wrong with it is what a test does to it. */
class RightStatistics extends OriginalStatisticsReads {
  override async dashboard(userId: string) {
    return asLive(await super.dashboard(userId));
  }
  override async endpoints(userId: string, endpointIds: readonly string[]) {
    return asLive(await super.endpoints(userId, endpointIds));
  }
}

class WrongStatistics extends RightStatistics {
  override async dashboard(userId: string) {
    const { value, trust } = await super.dashboard(userId);
    return { value: { ...value, eventsToday: String(Number(value.eventsToday) + 1) }, trust };
  }
}

const statistics = (
  make: (runner: QueryRunner) => OriginalStatisticsReads,
  original: (runner: QueryRunner) => OriginalStatisticsReads = (runner) =>
    new OriginalStatisticsReads(runner),
) => new ShadowStatisticsReads(make(database), shadow, { live: make, original });

const counted = async (name: string, read: string) => {
  const line = new RegExp(`^${name}{read="${read}"} (\\d+)$`, 'm').exec(await metrics.text());
  return Number(line?.[1] ?? 0);
};
const compared = (read: string, times = 1) =>
  becomes(
    `${read} was compared`,
    async () => (await counted('ethhook_shadow_compared_total', read)) >= times,
  );
/** Both forms were read, and what follows from it is done. */
const settled = async () => {
  await becomes('both were read', () => opened.filter(({ lost }) => lost.aborted).length === 1);
  await shadow.onModuleDestroy();
};
const differing = (read: string) => counted('ethhook_shadow_differences_total', read);
const rows = () =>
  testDatabase.query(
    'SELECT read, parameters, live, original FROM ethhook_admin_shadow_differences ORDER BY id',
  );

it('records a live read that is wrong: what was asked, both values, a line in the log, a count', async () => {
  const { value } = await statistics((runner) => new WrongStatistics(runner)).dashboard(ids.alice);
  expect(value.eventsToday).toBe('4'); // the caller gets the live answer, wrong as it is
  await becomes('a row', async () => (await rows()).length === 1);
  const [row] = await rows();
  expect(row).toMatchObject({
    read: 'statistics.dashboard',
    parameters: [ids.alice],
    live: { eventsToday: '4', eventsTotal: '5' },
    original: { eventsToday: '3', eventsTotal: '5' },
  });
  expect(await differing('statistics.dashboard')).toBe(1);
  expect(logged).toEqual([expect.stringMatching(/^statistics\.dashboard differs .*"path":"eventsToday"/)]);
  expect(logged[0]).toContain(ids.alice);
});

it('says nothing of one that is right', async () => {
  await statistics((runner) => new RightStatistics(runner)).dashboard(ids.alice);
  await compared('statistics.dashboard');
  await shadow.onModuleDestroy();
  expect([await differing('statistics.dashboard'), await rows(), logged]).toEqual([0, [], []]);
});

it('sees both in one read-only snapshot, whatever is written between them', async () => {
  class Disturbed extends RightStatistics {
    constructor(private readonly own: QueryRunner) {
      super(own);
    }
    override async dashboard(userId: string) {
      const answer = await super.dashboard(userId);
      if (this.own === database) return answer;
      const settings = sql<{ isolation: string; access: string }>('test.read-settings')`
        SELECT current_setting('transaction_isolation') AS isolation,
               current_setting('transaction_read_only') AS access`;
      expect(await this.own.query(settings)).toEqual([{ isolation: 'repeatable read', access: 'on' }]);
      await testDatabase.query(
        'INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, success) VALUES ($1, $2, 7, true)',
        [ids.bobs, ids.bobMain],
      );
      return answer;
    }
  }
  await statistics((runner) => new Disturbed(runner)).dashboard(ids.bob);
  await compared('statistics.dashboard');
  await shadow.onModuleDestroy();
  expect(await rows()).toEqual([]);
});

it('lets percentiles be 1 % off, and nothing else', async () => {
  const off = (share: number) =>
    class extends RightStatistics {
      override async endpoints(userId: string, endpointIds: readonly string[]) {
        const { value, trust } = await super.endpoints(userId, endpointIds);
        return {
          value: value.map((row) => ({ ...row, p95DurationMs: (row.p95DurationMs ?? 0) * share })),
          trust,
        };
      }
    };
  await statistics((runner) => new (off(1.009))(runner)).endpoints(ids.alice, [ids.aliceMain]);
  await compared('statistics.endpoints');
  await becomes('it is idle', async () => {
    await statistics((runner) => new (off(1.011))(runner)).endpoints(ids.alice, [ids.aliceMain]);
    return (await counted('ethhook_shadow_compared_total', 'statistics.endpoints')) === 2;
  });
  await becomes('a row', async () => (await rows()).length > 0);
  expect(logged[0]).toMatch(/"path":"0\.p95DurationMs"/);
});

it('does not compare what was answered of the last fold', async () => {
  class Behind extends WrongStatistics {
    override async dashboard(userId: string) {
      const { value, trust } = await super.dashboard(userId);
      return { value, trust: { ...trust, source: 'rollups' as const } };
    }
  }
  await statistics((runner) => new Behind(runner)).dashboard(ids.alice);
  await settled();
  expect([await counted('ethhook_shadow_compared_total', 'statistics.dashboard'), await rows()]).toEqual([
    0,
    [],
  ]);
});

describe('lists', () => {
  const list = async (total: Pick<EventList, 'total' | 'totalIs'>) => {
    class Counted extends OriginalEventsReads {
      override async list(...args: Parameters<OriginalEventsReads['list']>) {
        const { value, trust } = asLive(await super.list(...args));
        return { value: { ...value, ...total }, trust };
      }
    }
    const make = (runner: QueryRunner) => new Counted(runner);
    const original = (runner: QueryRunner) => new OriginalEventsReads(runner);
    const reads = new ShadowEventsReads(make(database), shadow, { live: make, original });
    await reads.list({ userId: ids.alice }, { kind: 'first' }, 2);
    await compared('events.list');
    await shadow.onModuleDestroy();
    return differing('events.list');
  };

  it.each([
    [{ total: 5, totalIs: 'exact' as const }, 0],
    [{ total: 4, totalIs: 'exact' as const }, 1],
    [{ total: 3, totalIs: 'at_least' as const }, 0],
    [{ total: 6, totalIs: 'at_least' as const }, 1],
  ])('with %j of 5 have %i differences', async (total, expected) => {
    expect(await list(total)).toBe(expected);
  });
});

describe('the caller', () => {
  class Slow extends OriginalStatisticsReads {
    constructor(private readonly own: QueryRunner) {
      super(own);
    }
    override async dashboard(userId: string) {
      await this.own.query(sql<never>('test.nap')`SELECT pg_sleep(20)`);
      return super.dashboard(userId);
    }
  }

  it('never waits for the original, of which one at most is at work', async () => {
    const reads = statistics(
      (runner) => new RightStatistics(runner),
      (runner) => new Slow(runner),
    );
    const startedAt = performance.now();
    for (let time = 0; time < 20; time++) await reads.dashboard(ids.alice);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    const napping = () =>
      testDatabase.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '% /* test.nap%' AND pid <> pg_backend_pid() AND state = 'active'`,
      );
    await becomes('the original is at work', async () => (await napping()).length > 0);
    expect(await napping()).toHaveLength(1);
    expect(pool.totalCount).toBeLessThanOrEqual(1);
    const stoppedAt = performance.now();
    await shadow.onModuleDestroy();
    expect(performance.now() - stoppedAt).toBeLessThan(1500);
  });

  it('does not see that the original fails; the log does', async () => {
    class Broken extends OriginalStatisticsReads {
      override dashboard(): never {
        throw new Error('broken original');
      }
    }
    const reads = statistics(
      (runner) => new RightStatistics(runner),
      (runner) => new Broken(runner),
    );
    expect((await reads.dashboard(ids.alice)).value.eventsTotal).toBe('5');
    await becomes('it is logged', () => logged.length > 0);
    expect(logged).toEqual(['statistics.dashboard could not be compared: broken original']);
  });

  it('gets the error of a live read that fails, without a comparison', async () => {
    class Failing extends OriginalStatisticsReads {
      override dashboard(): never {
        throw new Error('broken live');
      }
    }
    await expect(statistics((runner) => new Failing(runner)).dashboard(ids.alice)).rejects.toThrow(
      'broken live',
    );
    await sleep(500);
    expect([opened, logged]).toEqual([[], []]);
  });
});

it('compares nothing at 0 %', async () => {
  await pool.end();
  setUp('0');
  await statistics((runner) => new WrongStatistics(runner)).dashboard(ids.alice);
  await sleep(500);
  expect(opened).toEqual([]);
  expect([await counted('ethhook_shadow_compared_total', 'statistics.dashboard'), await rows()]).toEqual([
    0,
    [],
  ]);
});

it('keeps no more than the newest thousand or so', async () => {
  const repository = new ShadowRepository(database);
  await testDatabase.query(
    `INSERT INTO ethhook_admin_shadow_differences (read, parameters) SELECT 'old', '[]' FROM generate_series(1, 3000)`,
  );
  await repository.record('new', [], { text: 'x'.repeat(200_000) }, undefined);
  const [count] = await testDatabase.query('SELECT count(*) AS n FROM ethhook_admin_shadow_differences');
  expect(Number(count?.['n'])).toBe(1001);
  const newest = (await rows()).at(-1);
  expect(newest).toMatchObject({ read: 'new', original: null });
  expect((newest?.['live'] as { truncated: string }).truncated).toHaveLength(64 * 1024);
});
