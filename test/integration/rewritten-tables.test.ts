import { FeedWalk, type FeedSink } from '../../src/modules/events/feed/feed-walk.js';
import { FeedReads } from '../../src/modules/events/feed/feed.reads.js';
import type { Job } from '../../src/kernel/tasks/job.js';
import { RebuildBloatedJob } from '../../src/modules/maintenance/bloat/rebuild-bloated.job.js';
import { RewriteTablesJob } from '../../src/modules/maintenance/bloat/rewrite-tables.job.js';
import { addAttempts, addEvents, createExactWorld } from '../support/exact-world.js';
import { runJob } from '../support/job-context.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { expectExactReads, expectExactRollups, foldAll } from '../support/rollup-engine.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

// Where the server has pg_repack: as for pg-repack.test.ts.
const program = process.env.TEST_PG_REPACK;

let database: TestDatabase;
let session: OwnSession;

beforeAll(async () => {
  database = await createTestDatabase();
  if (program) await database.query('CREATE EXTENSION pg_repack');
  await createExactWorld(database);
  session = await openSession(database.url);
});
afterAll(async () => {
  await session.close();
  await database.drop();
});

const userOfAttempts = `
  SELECT DISTINCT a.user_id || ' ' || a.event_id AS pair FROM delivery_attempts a`;
const pairs = async () =>
  new Set((await session.run<{ pair: string }>(userOfAttempts)).map(({ pair }) => pair));

/** New events and their attempts, outcomes, retries of old ones, and deletes. */
async function change(turn: string): Promise<void> {
  await session.run(addEvents(`'${turn}'`, 40));
  await session.run(addAttempts(`'${turn}'`, 'SELECT id FROM events ORDER BY md5(id::text) LIMIT 150'));
  await session.run(
    `UPDATE delivery_attempts SET success = true WHERE id IN
       (SELECT id FROM delivery_attempts WHERE success IS NULL ORDER BY id LIMIT 30)`,
  );
  await session.run(
    'DELETE FROM delivery_attempts WHERE id IN (SELECT id FROM delivery_attempts ORDER BY md5(id::text) LIMIT 20)',
  );
}

async function given(walk: FeedWalk, eventUsers: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const sink: FeedSink = {
    eventUsers,
    writtenUsers: [],
    onEvents: (userId, { events }) => void found.push(...events.map(({ id }) => `${userId} ${id}`)),
    onWritten: () => undefined,
    onReset: () => {
      throw new Error('a rewritten table is not another cluster');
    },
  };
  // It is at a moment whose log was on disk, then at the one that was now.
  for (let round = 0; round < 2; round++) while ((await walk.advance(sink)).kind !== 'current');
  return found.sort();
}

const jobs: Record<string, () => Job> = {
  'VACUUM FULL': () => new RewriteTablesJob({ vacuumFull: true, vacuumFullMaxSeconds: 60 }),
  ...(program && { pg_repack: () => new RebuildBloatedJob({ program, databaseUrl: database.url }) }),
};

async function rewrite(job: Job): Promise<void> {
  const file = `SELECT pg_relation_filenode('delivery_attempts') || ' ' || pg_relation_filenode('events') AS file`;
  const before = await session.run(file);
  const all = { min_ratio: 0, min_bytes: 0 };
  await runJob(
    database.url,
    job,
    job.name === 'rewrite-tables' ? all : { ...all, table_min_ratio: 0, table_min_bytes: 0 },
  );
  expect(await session.run(file)).not.toEqual(before);
}

it.each(Object.entries(jobs))(
  'statistics and the event feed are exact over %s of attempts and events',
  async (name, job) => {
    const users = (await session.run<{ id: string }>('SELECT id FROM users')).map(({ id }) => id);
    const walk = new FeedWalk(new FeedReads(session));
    await foldAll(session);
    await given(walk, users);
    const known = await pairs();

    await change(`before ${name}`);
    await rewrite(job());
    await expectExactReads(session);
    await change(`after ${name}`);
    const added = [...(await pairs())].filter((pair) => !known.has(pair)).sort();
    expect(added.length).toBeGreaterThan(50);
    expect((await given(walk, users)).filter((pair) => !known.has(pair))).toEqual(added);
    expect((await expectExactReads(session)).live).toBeGreaterThan(0);

    await foldAll(session);
    await rewrite(job());
    expect(await given(walk, users)).toEqual([]);
    await foldAll(session);
    await expectExactRollups(session);
  },
);
