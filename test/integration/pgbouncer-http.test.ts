import pg from 'pg';
import { Database, planningByValues } from '../../src/kernel/database/database.js';
import { LeaderTasks } from '../../src/kernel/tasks/leader-tasks.js';
import { sql } from '../../src/kernel/database/sql.js';
import { becomes } from '../support/leader-tasks.js';
import { hasPgBouncer, SERVER_SESSIONS, startPgBouncer, type PgBouncer } from '../support/pgbouncer.js';
import { createSmallWorld, ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

if (!hasPgBouncer) console.warn('SKIPPED: there is no pgbouncer on this machine (apt install pgbouncer)');

const routes = [
  '/users/me',
  '/applications',
  `/applications/${ids.aliceApp}`,
  '/statistics/dashboard',
  '/statistics/chain-distribution',
  `/applications/${ids.aliceApp}/statistics`,
  `/statistics/endpoints?ids=${ids.aliceMain}`,
  '/events',
  '/events?status=delivered&limit=2',
  `/events/${ids.shared}`,
];

(hasPgBouncer ? describe : describe.skip)('behind PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let pooler: PgBouncer;
  let pooled: TestApp;
  let direct: TestApp;
  let token: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    await createSmallWorld(database.query);
    pooler = await startPgBouncer(database.url);
    direct = await startTestApp(database.url, { FOLD_ENABLED: 'false' });
    pooled = await startTestApp(pooler.urlOf(database.url), {
      DATABASE_POOLER: 'transaction',
      DATABASE_DIRECT_URL: database.url,
      DATABASE_POOL_MIN: '10',
      DATABASE_POOL_MAX: '20',
    });
    token = await pooled.login('alice@example.com', password);
  });
  afterAll(async () => {
    await pooled.close();
    await direct.close();
    await pooler.stop();
    await database.drop();
  });

  it('every route answers as without it, with many more requests at once than there are sessions', async () => {
    const rounds = Array.from({ length: 6 }, () => routes).flat();
    const answers = await Promise.all(rounds.map((path) => pooled.get(path, token)));
    for (const [index, { status, body }] of answers.entries()) {
      const expected = await direct.get(rounds[index] ?? '', token);
      expect({ path: rounds[index], status, body: body as unknown }).toEqual({
        path: rounds[index],
        status: expected.status,
        body: expected.body as unknown,
      });
    }
  });

  it('writes, and reads what it has written', async () => {
    const path = `/applications/${ids.aliceApp}`;
    expect((await pooled.call('PUT', path, token, { name: 'by the pooler' })).status).toBe(200);
    expect((await pooled.get(path, token)).body).toMatchObject({ name: 'by the pooler' });
  });

  it('gives each statement its settings, and leaves nothing on the sessions', async () => {
    const runner = pooled.app.get(Database);
    const settings = sql<{ zone: string; mode: string; timeout: string }>('test.read-settings')`
      SELECT current_setting('TimeZone') AS zone, current_setting('plan_cache_mode') AS mode,
             current_setting('statement_timeout') AS timeout`;
    expect(await runner.query(settings)).toEqual([
      { zone: 'UTC', mode: 'force_generic_plan', timeout: '15s' },
    ]);
    const [byValues] = await planningByValues(runner).query(settings);
    expect(byValues?.mode).toBe('force_custom_plan');
    await expect(runner.query(sql('test.fail')`SELECT 1 / ${0}::int`)).rejects.toThrow();
    const client = new pg.Client({ connectionString: pooler.urlOf(database.url) });
    await client.connect();
    for (let session = 0; session < 2 * SERVER_SESSIONS; session++) {
      const { rows } = await client.query<Record<string, unknown>>(
        `SELECT current_setting('plan_cache_mode') AS mode, current_setting('statement_timeout') AS timeout,
                (SELECT count(*)::int FROM pg_prepared_statements) AS prepared`,
      );
      expect(rows).toEqual([{ mode: 'auto', timeout: '0', prepared: 0 }]);
    }
    await client.end();
  });

  it('ends a statement at its time-out', async () => {
    const impatient = await startTestApp(pooler.urlOf(database.url), {
      DATABASE_POOLER: 'transaction',
      DATABASE_DIRECT_URL: database.url,
      STATEMENT_TIMEOUT_INTERACTIVE_MS: '200',
      FOLD_ENABLED: 'false',
    });
    const nap = sql<never>('test.nap')`SELECT pg_sleep(3)`;
    await expect(impatient.app.get(Database).query(nap)).rejects.toMatchObject({ code: 'statement_timeout' });
    await impatient.close();
  });

  it('the tasks hold their locks, on sessions of PostgreSQL itself', async () => {
    const tasks = pooled.app.get(LeaderTasks);
    await becomes('the fold has run', () =>
      tasks.states().some(({ name, isLeader, runs }) => name === 'statistics-fold' && isLeader && runs > 2),
    );
    expect(tasks.states().flatMap(({ lastError }) => lastError ?? [])).toEqual([]);
  });
});
