import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { runMigrations } from '../../src/data-source.js';
import { Readiness } from '../../src/kernel/health/readiness.js';
import { startFaultServer, type FaultServer } from '../support/fault-server.js';
import { becomes } from '../support/leader-tasks.js';
import { describeWithRedis, startRedis, type RedisServer } from '../support/redis-server.js';
import { createSmallWorld } from '../support/small-world.js';
import { startTestApp, type Answer, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);

let server: FaultServer;
let redis: RedisServer;
let app: TestApp;
let admin: pg.Pool;

const ready = () => app.get('/health/ready');
const statusOf = ({ body }: Answer, component: string): string => body.components[component].status;
const foldedBefore = (interval: string) =>
  admin.query('UPDATE statistics_state SET folded_at = now() - $1::interval', [interval]);
const metric = async (name: string) =>
  (await app.get('/metrics')).text.split('\n').filter((line) => line.startsWith(name));

describeWithRedis('readiness', () => {
  beforeAll(async () => {
    server = await startFaultServer();
    redis = await startRedis();
    await runMigrations(server.url, () => undefined);
    admin = new pg.Pool({ connectionString: server.url, max: 2 });
    admin.on('error', () => undefined);
    await createSmallWorld((text, values) => admin.query(text, values));
    await foldedBefore('0 seconds');
    app = await startTestApp(server.url, {
      REDIS_URL: redis.url,
      FOLD_ENABLED: 'false',
      DATABASE_POOL_MAX: '2',
    });
  });

  afterAll(async () => {
    await app.close();
    await admin.end();
    await redis.remove();
    await server.remove();
  });

  it('tells each component, what the body always had, and no host, path or login', async () => {
    const answer = await ready();
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        status: 'ready',
        database: { up: true, latency_ms: expect.any(Number) },
        is_degraded: false,
        components: {
          database: { status: 'up', latency_ms: expect.any(Number) },
          redis: { status: 'up' },
          schema: { status: 'up', pending_migrations: 0, newer_migrations: 0 },
          statistics_fold: {
            status: 'up',
            lag_seconds: expect.any(Number),
            unfolded_rows: expect.any(Number),
            rebuilds_pending: expect.any(Number),
            reads: 'exact',
          },
        },
      },
    ]);
    expect(answer.headers.get('retry-after')).toBeNull();
    expect(answer.text).not.toMatch(/127\.0\.0\.1|localhost|ethhook|postgres:|redis:/);
  });

  it('a Redis that is killed is degraded, and requests go on; then it is up again', async () => {
    await redis.kill();
    await becomes('Redis is missed', async () => statusOf(await ready(), 'redis') === 'degraded');
    const answer = await ready();
    expect([answer.status, answer.body.status, answer.body.is_degraded]).toEqual([200, 'ready', true]);
    await redis.restart();
    await becomes('Redis is back', async () => (await ready()).body.is_degraded === false);
  });

  it('a fold that stands still is degraded with its lag, and never down', async () => {
    await foldedBefore('42 seconds');
    await becomes('the lag is seen', async () => statusOf(await ready(), 'statistics_fold') === 'degraded');
    const { status, body } = await ready();
    const { lag_seconds, unfolded_rows, reads } = body.components.statistics_fold;
    expect([status, body.status, reads, unfolded_rows > 0]).toEqual([200, 'ready', 'exact', true]);
    expect([lag_seconds >= 42, lag_seconds < 62]).toEqual([true, true]);
    await foldedBefore('0 seconds');
    await becomes('it is caught up', async () => statusOf(await ready(), 'statistics_fold') === 'up');
  });

  it('a migration that is missing is not ready, and told by number; one that is newer is fine', async () => {
    const { rows } = await admin.query<{ row: string }>(
      `DELETE FROM ethhook_admin_migrations m
        WHERE m.id = (SELECT max(n.id) FROM ethhook_admin_migrations n) RETURNING m::text AS row`,
    );
    await becomes('it is missed', async () => (await ready()).status === 503);
    const behind = await ready();
    expect([behind.headers.get('retry-after'), behind.body]).toEqual([
      '1',
      {
        error: 'The database schema is behind: 1 migration(s) are pending',
        code: 'schema_behind',
        request_id: expect.any(String),
        status: 'not_ready',
        components: expect.objectContaining({
          database: expect.objectContaining({ status: 'up' }),
          schema: {
            status: 'down',
            pending_migrations: 1,
            newer_migrations: 0,
            message: '1 migration(s) are pending',
          },
        }),
      },
    ]);
    await admin.query(`INSERT INTO ethhook_admin_migrations SELECT ($1::text::ethhook_admin_migrations).*`, [
      rows[0]?.row,
    ]);
    await admin.query(
      `INSERT INTO ethhook_admin_migrations ("timestamp", name) VALUES (1, 'OfANewerVersion1')`,
    );
    await becomes('it is there', async () => (await ready()).status === 200);
    expect((await ready()).body.components.schema).toEqual({
      status: 'up',
      pending_migrations: 0,
      newer_migrations: 1,
      message: 'newer than this version, which is fine',
    });
    await admin.query(`DELETE FROM ethhook_admin_migrations WHERE name = 'OfANewerVersion1'`);
  });

  it('asks the database a few times a second, however many probes there are', async () => {
    const commits = async () => {
      await sleep(1100); // sessions tell their statistics once a second
      const { rows } = await admin.query<{ commits: number }>(
        `SELECT xact_commit::int AS commits FROM pg_stat_database WHERE datname = current_database()`,
      );
      return rows[0]?.commits ?? 0;
    };
    const quiet = await commits();
    const probes = 400;
    const answers = await Promise.all(Array.from({ length: probes }, ready));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    // Those of the leaders and of the watchdog are in it.
    expect((await commits()) - quiet).toBeLessThan(probes / 2);
  });

  it('a pool that is all in use is not a database that is away', async () => {
    const locker = await admin.connect();
    await locker.query('BEGIN; LOCK TABLE users');
    const stuck = [1, 2].map(() =>
      app.post('/auth/login', { email: 'a@example.com', password: 'of-nobody-1' }),
    );
    await becomes(
      'both wait',
      async () => (await metric('ethhook_database_connections{pool="read",state="in_use"} 2')).length > 0,
    );
    await sleep(2100); // what was known of the schema is old by then
    const startedAt = performance.now();
    const { status, body } = await ready();
    expect(performance.now() - startedAt).toBeLessThan(1500);
    expect([status, body.is_degraded, body.components.schema]).toEqual([
      200,
      true,
      { status: 'degraded', message: 'not known now' },
    ]);
    // Neither are figures of before told as those of now, nor does the scrape wait.
    expect(await metric('ethhook_postgres_connections')).toEqual([]);
    expect(await metric('ethhook_fold_lag_seconds')).toEqual([]);
    expect((await metric('process_resident_memory_bytes')).length).toBe(1);
    await locker.query('ROLLBACK');
    locker.release();
    await Promise.all(stuck);
    await becomes(
      'they are told again',
      async () => (await metric('ethhook_postgres_connections{')).length === 4,
    );
  });

  it.each([
    ['killed', () => server.kill(), () => server.restart()],
    ['frozen', () => server.freeze(), () => server.thaw()],
  ])('a database that is %s is 503 within a second or so, then ready again', async (_, hurt, heal) => {
    await becomes('it is ready', async () => (await ready()).status === 200);
    await sleep(300); // what was known is old by then
    await hurt();
    const startedAt = performance.now();
    const answer = await ready();
    expect(performance.now() - startedAt).toBeLessThan(1500);
    expect([answer.status, answer.headers.get('retry-after'), answer.body]).toMatchObject([
      503,
      '1',
      { code: 'database_unavailable', status: 'not_ready', components: { database: { status: 'down' } } },
    ]);
    expect((await app.get('/health/live')).status).toBe(200);
    await becomes('the watchdog knows', async () => (await metric('ethhook_database_up 0')).length === 1);
    await heal();
    await becomes('it is ready', async () => (await ready()).status === 200);
    expect(await metric('ethhook_database_up')).toEqual(['ethhook_database_up 1']);
  });

  it('a server that shuts down says so at once', async () => {
    const leaving = await startTestApp(server.url);
    const readiness = leaving.app.get(Readiness, { strict: false });
    expect((await readiness.ask()).refusal).toBeNull();
    const closing = leaving.app.close();
    await becomes('it is known', async () => (await readiness.ask()).refusal?.code === 'shutting_down', 1000);
    await closing;
  });
});
