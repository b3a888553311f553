import pg from 'pg';
import { withQuery } from '../../scripts/throwaway-server.js';
import { MaintenanceModule } from '../../src/modules/maintenance/index.js';
import { readEndState } from '../support/end-state.js';
import { startFaultServer } from '../support/fault-server.js';
import { startJobInstance, type JobInstance } from '../support/job-instance.js';
import { holdFunctions, type KilledJob } from '../support/killed-job.js';
import { killedJobs, killedSettings, oldEvents } from '../support/killed-jobs.js';
import { becomes } from '../support/leader-tasks.js';
import { openSession } from '../support/own-session.js';
import { foldAll } from '../support/rollup-engine.js';
import { rollupTables } from '../support/rollup-recount.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { createSmallWorld } from '../support/small-world.js';
import { copyTestDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';

const environment = {
  ...{ MAINTENANCE_ENABLED: 'false', MAINTENANCE_VACUUM_FULL: 'true' },
  ...{
    MAINTENANCE_DATABASE_RAM_BYTES: String(8 * 2 ** 30),
    MAINTENANCE_DATABASE_CPUS: '4',
    MAINTENANCE_STORAGE: 'ssd',
  },
};

let world: TestDatabase;
let database: TestDatabase;
/** Where nobody is killed. */
let twin: TestDatabase;
let holder: pg.Client;
let victim: ServerProcess;
let successor: JobInstance | undefined;

beforeAll(async () => {
  world = await createTestDatabase();
  const session = await openSession(world.url);
  await createSmallWorld(session.run);
  await session.run(oldEvents);
  await session.run(holdFunctions);
  await foldAll(session);
  await session.close();
});
afterAll(() => world.drop());

beforeEach(async () => {
  database = await copyTestDatabase(world);
  twin = await copyTestDatabase(world);
  holder = await connect(database);
});
async function connect({ url }: TestDatabase): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
afterEach(async () => {
  victim.child.kill('SIGKILL');
  await holder.end();
  await successor?.stop();
  successor = undefined;
  await Promise.all([database.drop(), twin.drop()]);
});

const start = ({ url }: TestDatabase) => startJobInstance(url, [], environment, {}, [MaintenanceModule]);

const prepare = ({ url }: TestDatabase, statements: readonly string[]) =>
  withQuery(url, async (query) => {
    for (const statement of statements) await query(statement);
  });

async function runAlone({ job, parameters }: KilledJob): Promise<void> {
  const instance = await start(twin);
  const run = await instance.ended(await instance.ask(job, { parameters, force: true }));
  await instance.stop();
  expect(run).toMatchObject({ state: 'succeeded', attempt: 1 });
}

/** The run, and its session, once it waits for what the test holds. */
async function startVictim({ job, parameters = {}, waits }: KilledJob) {
  victim = startServerProcess({ DATABASE_URL: database.url, ...environment }, [
    'node',
    'test/support/maintenance-process.mjs',
    job,
    JSON.stringify(parameters),
  ]);
  await victim.prints(/run \d+/);
  const waiting = async () => {
    const [run] = await database.query<{
      id: string;
      pid: number;
      state: string;
      message: string;
      isWaiting: boolean;
      query: string;
    }>(
      `SELECT r.id, a.pid, r.state, coalesce(r.error_message, r.summary) AS message, a.query,
              a.wait_event_type IN ('Lock', 'BufferPin') OR a.wait_event = 'PgSleep' AS "isWaiting"
         FROM ethhook_admin_job_runs r LEFT JOIN pg_stat_activity a ON a.pid = r.backend_pid`,
    );
    if (run?.state !== 'running') throw new Error(`it is ${run?.state}: ${run?.message}`);
    return run.isWaiting && run.query.includes(`/* ${waits} */`) ? run : undefined;
  };
  await becomes('the job waits', async () => (await waiting()) !== undefined);
  return (await waiting()) ?? { id: '', pid: 0 };
}

const locksOf = (pid: number) =>
  database.query(
    `SELECT 'session' AS what FROM pg_stat_activity WHERE pid = ${pid}
     UNION ALL SELECT locktype FROM pg_locks WHERE pid = ${pid}`,
  );

/** Of the jobs, from whatever session. */
const advisoryLocks = () =>
  database.query(
    `SELECT objid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.locktype = 'advisory'`,
  );

/** Everything that a run may leave. */
async function endOf({ url, query }: TestDatabase, result: string | undefined) {
  const session = await openSession(url);
  await foldAll(session);
  await session.close();
  const { schema, rows, leftovers } = await readEndState(url);
  const figures: Record<string, unknown> = {};
  for (const table of rollupTables)
    figures[table] = await query(`SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY to_jsonb(t)::text`);
  return { schema, rows, leftovers, figures, result: result === undefined ? [] : await query(result) };
}

/** Killed half way and followed by another instance; what it was asked for is done then. */
async function killAndFollow(killed: KilledJob): Promise<void> {
  for (const statement of killed.hold) await holder.query(statement);
  const { id, pid } = await startVictim(killed);
  const [query, answer] = killed.half;
  expect((await database.query(query))[0]).toEqual({ half: answer });

  victim.child.kill('SIGKILL');
  await victim.ended();
  successor = await start(database);
  // What it waited for is still held: it is ended, and does not end by itself.
  await becomes('the session of the killed one is gone', async () => (await locksOf(pid)).length === 0);
  await holder.query('ROLLBACK; SELECT pg_advisory_unlock_all()');
  const run = await successor.ended(id);
  expect(run).toMatchObject({
    state: killed.isRetried ? 'succeeded' : 'abandoned',
    attempt: killed.isRetried ? 2 : 1,
    error: { code: 'lease_expired' },
  });
  if (!killed.isRetried) {
    const { job, parameters } = killed;
    const again = await successor.ended(await successor.ask(job, { parameters, force: true }));
    expect(again).toMatchObject({ state: 'succeeded', attempt: 1 });
  }
  await becomes('the session of the last run is gone', async () => (await advisoryLocks()).length === 0);
}

it.each(killedJobs)('$job, killed at: $at', async (killed) => {
  await Promise.all([prepare(database, killed.prepare), prepare(twin, killed.prepare)]);
  const alone = runAlone(killed);
  await killAndFollow(killed);
  await alone;
  const end = await endOf(database, killed.result);
  expect(end.leftovers).toEqual([]);
  expect(end).toEqual(await endOf(twin, killed.result));
});

// ALTER SYSTEM holds for a whole server, so not in the one that suites share.
it.each(killedSettings)('$job, killed at: $at', async (killed) => {
  await holder.end();
  await database.drop();
  database = await startSettingsServer();
  holder = await connect(database);
  await prepare(database, killed.prepare);
  await killAndFollow(killed);
  expect(await database.query(killed.result ?? '')).toEqual(killed.expected);
});

async function startSettingsServer(): Promise<TestDatabase> {
  const server = await startFaultServer();
  await withQuery(server.url, (query) => query('CREATE DATABASE settings'));
  const url = Object.assign(new URL(server.url), { pathname: '/settings' }).href;
  await startServerProcess({ DATABASE_URL: url }, ['node', 'test/support/migrate-process.mjs']).ended();
  const query = (text: string) => withQuery(url, (one) => one(text));
  return { url, query: query as TestDatabase['query'], drop: server.remove };
}
