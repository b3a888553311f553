import { Random } from '../../src/demo/random.js';
import { RefreshRecentStatsJob } from '../../src/modules/maintenance/views/refresh-recent-stats.job.js';
import { UpkeepDailyStatsJob } from '../../src/modules/maintenance/views/upkeep-daily-stats.job.js';
import {
  applyChange,
  largeChanges,
  pickChange,
  rareChanges,
  smallChanges,
  type Change,
} from '../support/exact-changes.js';
import { anyTime, createExactWorld, some } from '../support/exact-world.js';
import { planJob, runJob } from '../support/job-context.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { createSmallWorld, ids } from '../support/small-world.js';
import { copyTestDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The plan's own statement. */
const recount = `
  SELECT user_id, (attempted_at AT TIME ZONE 'UTC')::date AS date, count(DISTINCT event_id), count(*),
         count(*) FILTER (WHERE success), count(*) FILTER (WHERE NOT success), count(duration_ms), coalesce(sum(duration_ms), 0)::bigint
    FROM delivery_attempts WHERE attempted_at IS NOT NULL GROUP BY 1, 2`;
const kept = `
  SELECT user_id, date, event_count, delivery_count, successful_deliveries, failed_deliveries, duration_count, duration_sum_ms
    FROM user_daily_stats`;
const differences = `
  SELECT 'only kept' AS side, d.* FROM (${kept} EXCEPT ALL ${recount}) d
   UNION ALL SELECT 'missing', d.* FROM (${recount} EXCEPT ALL ${kept}) d LIMIT 10`;

const timeChanges: Change[] = [
  {
    name: 'move attempts to other days',
    weight: 1,
    statements: (_, random) => [
      `UPDATE delivery_attempts a SET attempted_at = ${anyTime('a.id::text || $1::text')}
        WHERE a.id IN (${some('delivery_attempts', random.integer(1, 30))})`,
    ],
  },
];

let world: TestDatabase;
let database: TestDatabase;
let session: OwnSession;
const daily = new UpkeepDailyStatsJob();
const upkeep = (parameters = {}) => runJob(database.url, daily, parameters);
const expectExact = async () => expect(await database.query(differences)).toEqual([]);

beforeAll(async () => {
  world = await createTestDatabase();
  await createExactWorld(world);
  await runJob(world.url, daily);
}, 60_000);
afterAll(() => world.drop());
beforeEach(async () => {
  database = await copyTestDatabase(world);
  session = await openSession(database.url);
});
afterEach(async () => {
  await session.close();
  await database.drop();
});

describe('upkeep-daily-stats', () => {
  it('has what the plan counts after random changes, and counts no other day', async () => {
    const random = new Random('daily').seek(0, 0);
    const kinds = [smallChanges, smallChanges, timeChanges, timeChanges, largeChanges, rareChanges];
    for (let round = 0; round < 8; round++) {
      for (let n = random.integer(1, 6); n > 0; n--)
        await applyChange(
          session.run,
          pickChange(random, random.chance(0.02) ? rareChanges : random.pick(kinds.slice(0, 5))),
          `daily ${round} ${n}`,
          random,
        );
      await upkeep();
      await expectExact();
      expect(await upkeep()).toMatchObject({ details: { changed: 0 } });
    }
    await session.run('TRUNCATE delivery_attempts');
    await upkeep();
    expect(await database.query('SELECT FROM user_daily_stats')).toEqual([]);
  }, 60_000);

  it('misses nobody who commits behind later transactions', async () => {
    const insert = (event: string, day: string) =>
      `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, success, attempted_at)
       VALUES ('${event}', '${ids.bobMain}', 1, true, '${day}')`;
    const open = await openSession(database.url);
    await open.run('BEGIN');
    await open.run(insert(ids.failed, '2021-01-01'));
    for (const event of [ids.old, ids.pending]) {
      await session.run(insert(event, '2021-01-02'));
      await upkeep();
      await expectExact();
    }
    await open.run('COMMIT');
    await open.close();
    await upkeep();
    await expectExact();
  });

  it('counts a day once for thousands of changes, and an old day for one', async () => {
    await session.run(
      `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, success, attempted_at)
       SELECT '${ids.bobs}', '${ids.bobMain}', n, true, '2020-02-03 12:00Z' FROM generate_series(1, 3000) n`,
    );
    expect(await planJob(database.url, daily)).toMatchObject([{ action: 'recount' }]);
    expect(await upkeep()).toMatchObject({ details: { changed: 1 } });
    await session.run(
      `DELETE FROM delivery_attempts WHERE attempted_at < '2020-02-04' AND attempt_number > 1`,
    );
    expect(await upkeep()).toMatchObject({ details: { changed: 1 } });
    await expectExact();
  });

  it('keeps the figures of days that retention has removed, but counts the others of its users', async () => {
    for (const statement of [
      'CREATE TABLE IF NOT EXISTS ethhook_admin_retention (attempts_before timestamptz)',
      'DELETE FROM ethhook_admin_retention',
      `INSERT INTO ethhook_admin_retention (attempts_before) SELECT date_trunc('day', now(), 'UTC') - INTERVAL '40 days 23 hours'`,
    ])
      await session.run(statement);
    const before = `SELECT * FROM user_daily_stats WHERE date < (now() AT TIME ZONE 'UTC')::date - 40 ORDER BY 1, 2`;
    const old = await database.query(before);
    expect(old.length).toBeGreaterThan(50);
    await session.run(`DELETE FROM delivery_attempts WHERE attempted_at < now() - INTERVAL '38 days'`);
    await upkeep();
    await upkeep({ everything: true });
    expect(await database.query(before)).toEqual(old);
    const since = `WHERE date >= (now() AT TIME ZONE 'UTC')::date - 40`;
    expect(
      await database.query(
        `(${kept} ${since} EXCEPT ALL ${recount}) UNION ALL (${recount} EXCEPT ALL ${kept})`,
      ),
    ).toEqual([]);
    expect(await database.query('SELECT FROM ethhook_admin_daily_changes')).toEqual([]);
  });

  it('counts everything after a restore from a cluster with more transactions, and when asked to', async () => {
    const spoil = 'UPDATE user_daily_stats SET delivery_count = 7';
    await session.run(spoil);
    await upkeep();
    expect(await database.query(differences)).not.toEqual([]);
    await session.run(`UPDATE ethhook_admin_daily_upkeep SET counted_to = '9000000000'`);
    expect(await planJob(database.url, daily)).toMatchObject([{ reason: 'all days are to be counted' }]);
    await upkeep();
    await expectExact();
    await session.run(spoil);
    await upkeep({ everything: true });
    await expectExact();
  });
});

describe('refresh-recent-stats', () => {
  const job = new RefreshRecentStatsJob();
  const users = async () =>
    (await database.query('SELECT count(*)::int AS n FROM user_recent_stats'))[0]?.['n'];

  const isAtLeast = async (major: number) =>
    Number((await database.query('SHOW server_version_num'))[0]?.['server_version_num']) >= major * 10_000;

  beforeEach(async () => {
    await database.drop();
    database = await createTestDatabase();
    await createSmallWorld(database.query);
  });

  it('counts anew, beside readers', async () => {
    expect(await users()).toBe(0);
    const reader = await openSession(database.url);
    await reader.run('BEGIN');
    await reader.run('SELECT FROM user_recent_stats');
    expect((await planJob(database.url, job))[0]?.sql).toContain('CONCURRENTLY');
    expect(await users()).toBe(0);
    expect(await runJob(database.url, job)).toMatchObject({
      rows: 2,
      details: { durationMs: expect.any(Number), sizeBytesBefore: expect.any(Number) },
    });
    await reader.close();
    expect(await users()).toBe(2);
  });

  it('fills a view that never was filled', async () => {
    await database.query('REFRESH MATERIALIZED VIEW user_recent_stats WITH NO DATA');
    expect(await runJob(database.url, job)).toMatchObject({ rows: 2 });
  });

  it('leaves it to a refresh that is running', async () => {
    const other = await openSession(database.url);
    await other.run('BEGIN');
    await other.run('REFRESH MATERIALIZED VIEW CONCURRENTLY user_recent_stats');
    expect(await planJob(database.url, job)).toEqual([]);
    expect(await runJob(database.url, job)).toMatchObject({
      rows: 0,
      steps: [],
      summary: 'Not refreshed: another refresh of it is running.',
    });
    await other.close();
  });

  it('says what a role lacks that does not own it, and keeps readers in where it has no unique index', async () => {
    const role = `care_${process.pid}`;
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'care'`);
    const url = new URL(database.url);
    url.username = role;
    url.password = 'care';
    try {
      const { summary } = await runJob(url.href, job);
      expect(summary).toMatch(/^Not refreshed: it belongs to \w+, and this role is not a member of that/);
      if (await isAtLeast(17)) {
        await database.query(`GRANT MAINTAIN, SELECT ON user_recent_stats TO ${role}`);
        expect(await runJob(url.href, job)).toMatchObject({ rows: 2 });
      }
    } finally {
      await database.query(`DROP OWNED BY ${role}`);
      await database.query(`DROP ROLE ${role}`);
    }
    await database.query('DROP INDEX user_recent_stats_user_id_key');
    expect((await runJob(database.url, job)).summary).toContain('no unique index');
  });
});
