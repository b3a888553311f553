import { sql } from '../../src/kernel/database/sql.js';
import { aJob, startJobInstance, type JobInstance } from '../support/job-instance.js';
import { hasPgBouncer, startPgBouncer, type PgBouncer } from '../support/pgbouncer.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let bouncer: PgBouncer | null = null;
let instances: JobInstance[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query('CREATE TABLE acts (who text)');
});
afterEach(async () => {
  await Promise.all(instances.map((instance) => instance.stop()));
  instances = [];
  await bouncer?.stop();
  await database.query('TRUNCATE acts, ethhook_admin_job_runs');
});
afterAll(() => database.drop());

const act = aJob({
  name: 'act',
  run: async (context) => {
    await context.command(sql<never>('test.vacuum')`VACUUM acts`, { lockTimeoutMs: 1000 });
    await context.transaction({}, (tx) =>
      tx.query(sql<never>('test.act')`INSERT INTO acts (who) VALUES (${'me'})`),
    );
    return { rows: 1, steps: [], summary: 'acted' };
  },
});

async function start(environment: NodeJS.ProcessEnv = {}): Promise<JobInstance> {
  const instance = await startJobInstance(bouncer?.urlOf(database.url) ?? '', [act], environment);
  instances.push(instance);
  return instance;
}

const acts = async () => (await database.query('SELECT who FROM acts')).length;

(hasPgBouncer ? describe : describe.skip)('behind a real PgBouncer', () => {
  it('in transaction mode a run is refused, with what to do', async () => {
    bouncer = await startPgBouncer(database.url, { ignoresParameters: true });
    const one = await start();
    expect(await one.ended(await one.ask('act'))).toMatchObject({
      state: 'failed',
      error: { code: 'behind_transaction_pooler', message: expect.stringContaining('DATABASE_DIRECT_URL') },
    });
    expect(await acts()).toBe(0);
  });

  it('in transaction mode with DATABASE_DIRECT_URL jobs run, the ledger goes through the pooler', async () => {
    bouncer = await startPgBouncer(database.url, { ignoresParameters: true });
    const direct = { DATABASE_DIRECT_URL: database.url };
    const [one, other] = [await start(direct), await start(direct)];
    for (const instance of [one, other, one])
      expect(await instance.ended(await instance.ask('act'))).toMatchObject({ state: 'succeeded' });
    expect(await acts()).toBe(3);
  });

  it('in session mode jobs run as they are', async () => {
    bouncer = await startPgBouncer(database.url, { mode: 'session', ignoresParameters: true });
    const one = await start();
    expect(await one.ended(await one.ask('act'))).toMatchObject({ state: 'succeeded' });
    expect(await acts()).toBe(1);
  });
});
