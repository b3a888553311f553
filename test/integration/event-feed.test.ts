import { Random } from '../../src/demo/random.js';
import { replayFeed } from '../../src/modules/events/feed/feed-replay.js';
import { FeedWalk, type FeedBatch, type FeedSink } from '../../src/modules/events/feed/feed-walk.js';
import { FeedReads } from '../../src/modules/events/feed/feed.reads.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { createSmallWorld, ids } from '../support/small-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(120_000);

const seed = process.env.FEED_SEED ?? String(Date.now() % 1_000_000);
const users = [ids.alice, ids.bob];
const endpoints = [ids.aliceMain, ids.aliceSpare, ids.bobMain];
const WRITERS = 4;
const TURNS = 240;
/** So small that most steps are cut. */
const STEP_ROWS = 5;

let database: TestDatabase;
let reader: OwnSession;
let writers: OwnSession[];

beforeAll(async () => {
  database = await createTestDatabase();
  await createSmallWorld(database.query);
  reader = await openSession(database.url);
  writers = await Promise.all(Array.from({ length: WRITERS }, () => openSession(database.url)));
});
afterAll(async () => {
  for (const session of [reader, ...writers]) await session.close();
  await database.drop();
});

/** What was given out, in its order. */
class Recorder implements FeedSink {
  readonly eventUsers = users;
  readonly writtenUsers = users;
  readonly given: { userId: string; id: string; batch: FeedBatch; at: string }[] = [];
  written = 0;
  onEvents = (userId: string, batch: FeedBatch) => {
    for (const { id, at } of batch.events) this.given.push({ userId, id, batch, at });
  };
  onWritten = () => void this.written++;
  onReset = () => {
    throw new Error('nothing is of another cluster here');
  };
  of = (userId: string) => this.given.filter((one) => one.userId === userId);
}

let event = 0;
const insertEvent = `
  INSERT INTO events (id, block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
  VALUES (md5('feed' || $1::int)::uuid, 1, '0xb', '0xfeed' || $1::int, 0, '0xc', '{}', '0x',
          CASE WHEN $1::int % 9 > 0 THEN now() - ($1::int % 5) * INTERVAL '1 hour' END)`;
const insertAttempt = `
  INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, success)
  SELECT md5('feed' || $1::int)::uuid, $2::uuid, 1, NULL WHERE EXISTS (SELECT FROM events WHERE id = md5('feed' || $1::int)::uuid)`;
const settle = `
  UPDATE delivery_attempts SET success = true, duration_ms = 5
   WHERE id IN (SELECT id FROM delivery_attempts WHERE success IS NULL ORDER BY random() LIMIT 3 FOR UPDATE SKIP LOCKED)`;

/** A statement of a writer whose transaction is open for some turns, and may be rolled back: they end in another order than they began in. */
async function turn(random: Random, session: OwnSession, open: Set<OwnSession>): Promise<void> {
  if (!open.has(session)) {
    await session.run('BEGIN');
    open.add(session);
  }
  const kind = random.integer(0, 9);
  if (kind < 3) await session.run(insertEvent, [++event]);
  else if (kind < 7)
    await session.run(insertAttempt, [
      random.integer(Math.max(1, event - 12), Math.max(1, event)),
      random.pick(endpoints),
    ]);
  else if (kind === 7) await session.run(settle);
  else {
    await session.run(random.chance(0.15) ? 'ROLLBACK' : 'COMMIT');
    open.delete(session);
  }
}

async function walkToNow(walk: FeedWalk, recorder: Recorder): Promise<void> {
  while ((await walk.advance(recorder)).kind !== 'current');
}

it(`gives each new event of each user once, whatever order transactions end in (FEED_SEED=${seed})`, async () => {
  const random = new Random(`feed ${seed}`).seek(0, 0);
  const walk = new FeedWalk(new FeedReads(reader, STEP_ROWS));
  const recorder = new Recorder();
  await walkToNow(walk, recorder);
  const before = await pairs();
  const begin = walk.boundary!;

  const open = new Set<OwnSession>();
  for (let i = 0; i < TURNS; i++) {
    await turn(random, random.pick(writers), open);
    if (random.chance(0.3)) await walk.advance(recorder);
  }
  // One of them stays open for longer than all others, and is not waited for.
  const [last, ...others] = [...open];
  for (const session of others) await session.run('COMMIT');
  await walkToNow(walk, recorder);
  await last?.run('COMMIT');
  await walkToNow(walk, recorder);
  await walkToNow(walk, recorder);

  const expected = [...(await pairs())].filter((pair) => !before.has(pair)).sort();
  expect(expected.length).toBeGreaterThan(5); // so that there is something to be seen, whatever the seed
  expect(recorder.given.map(({ userId, id }) => `${userId} ${id}`).sort()).toEqual(expected);
  expect(recorder.written).toBeGreaterThan(0);
  for (const { batch } of recorder.given)
    expect(batch.events.map(({ id }) => id)).toEqual(
      [...batch.events]
        .sort((a, b) => (`${sortable(a.at)} ${a.id}` < `${sortable(b.at)} ${b.id}` ? -1 : 1))
        .map(({ id }) => id),
    );

  const now = walk.boundary!;
  for (const userId of users) {
    const given = recorder.of(userId);
    expect(await replayed(userId, { at: begin }, now)).toEqual(given.map(({ id }) => id).sort());
    for (const [index, { batch, id, at }] of given.entries()) {
      const position = { at: batch.from, step: { to: batch.to, after: { at, id } } };
      const rest = given.slice(index + 1).map((one) => one.id);
      expect(await replayed(userId, position, now)).toEqual(rest.sort());
    }
  }
});

it('an update makes no new event of one that was there before inserts were recorded, nor of one that was inserted since', async () => {
  await reader.run(insertEvent, [++event]);
  await reader.run(insertAttempt, [event, ids.aliceMain]);
  const old = event;
  await reader.run(
    `UPDATE delivery_attempts SET written_in = NULL, inserted_in = NULL WHERE event_id = md5('feed' || $1::int)::uuid`,
    [old],
  );
  const walk = new FeedWalk(new FeedReads(reader, STEP_ROWS));
  await walkToNow(walk, new Recorder());
  const begin = walk.boundary!;
  await reader.run(insertEvent, [++event]);
  await reader.run(insertAttempt, [event, ids.aliceMain]);
  const recorder = new Recorder();
  await walkToNow(walk, recorder);
  for (const duration of [7, 8])
    await reader.run(
      `UPDATE delivery_attempts SET success = true, duration_ms = $1 WHERE event_id IN (md5('feed' || $2::int)::uuid, md5('feed' || $3::int)::uuid)`,
      [duration, old, event],
    );
  await walkToNow(walk, recorder);
  const [fresh] = await reader.run<{ id: string }>(`SELECT md5('feed' || $1::int)::uuid AS id`, [event]);
  expect(recorder.given.map(({ id }) => id)).toEqual([fresh?.id]);
  expect(await replayed(ids.alice, { at: begin }, walk.boundary!)).toEqual([fresh?.id]);
});

it('refuses a position of another cluster', async () => {
  const now = { horizon: '1000', inFlight: [] };
  await expect(replayed(ids.alice, { at: { horizon: '1001', inFlight: [] } }, now)).rejects.toThrow('ahead');
});

const sortable = (at: string) => (at === '-infinity' ? '' : at.padEnd(27, '0'));

async function replayed(
  userId: string,
  position: Parameters<typeof replayFeed>[2],
  now: Parameters<typeof replayFeed>[3],
) {
  const found: string[] = [];
  for await (const batch of replayFeed(new FeedReads(reader, STEP_ROWS), userId, position, now))
    found.push(...batch.events.map(({ id }) => id));
  return found.sort();
}

async function pairs(): Promise<Set<string>> {
  const rows = await database.query<{ pair: string }>(
    `SELECT DISTINCT o.user_id || ' ' || a.event_id AS pair
       FROM delivery_attempts a JOIN endpoints p ON p.id = a.endpoint_id JOIN applications o ON o.id = p.application_id`,
  );
  return new Set(rows.map(({ pair }) => pair));
}
