import { LiveEventsReads } from '../../src/modules/events/live-events.reads.js';
import { OriginalEventsReads } from '../../src/modules/events/original-events.reads.js';
import type { EventFilter, EventPage } from '../../src/modules/events/events.reads.js';
import { ListModel } from '../support/list-model.js';
import { createListWorld, more } from '../support/list-world.js';
import { openSession, type OwnSession } from '../support/own-session.js';
import { foldAll } from '../support/rollup-engine.js';
import { ids } from '../support/small-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let session: OwnSession;
let model: ListModel;

/** Of one hour, that alice has events in, with attempts at one endpoint. */
const addEvents = (count: number, firstBlock: number, blocks: number) =>
  database.query(
    `WITH made AS (
       INSERT INTO events (block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
       SELECT $2::bigint + i % $3::bigint, '0xb', 'more' || $2 || '-' || i, 0, '0xc', '{}', '0x',
              timestamptz '2026-01-01 20:00+00' + i * interval '1 second'
         FROM generate_series(1, $1::int) AS i RETURNING id)
     INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number, success)
     SELECT m.id, $4, 1, CASE WHEN random() < 0.7 THEN random() < 0.5 END FROM made m`,
    [count, firstBlock, blocks, more.busy],
  );

beforeAll(async () => {
  database = await createTestDatabase();
  await createListWorld(database.query);
  // More than are looked up by their numbers, and few; then blocks that no rollup knows of.
  await addEvents(900, 3000, 40);
  await addEvents(60, 5000, 40);
  session = await openSession(database.url);
  await foldAll(session);
  await addEvents(40, 3010, 5);
  await addEvents(40, 9000, 5);
  model = await ListModel.of(database);
}, 60_000);

afterAll(async () => {
  await session.close();
  await database.drop();
});

async function walk(filter: EventFilter): Promise<string[]> {
  const reads = new LiveEventsReads(session, 5000, new OriginalEventsReads(session));
  const found: string[] = [];
  for (let page: EventPage = { kind: 'first' }; ;) {
    const { value } = await reads.list(filter, page, 37);
    found.push(...value.events.map(({ id }) => id));
    const last = value.events.at(-1);
    if (!value.hasOlder || last === undefined) return found;
    page = { kind: 'older', than: { ingestedAt: last.ingestedAt ?? '-infinity', id: last.id } };
  }
}

it.each([
  ['many of an hour', 2000, 4000],
  ['few of an hour', 4000, 6000],
  ['up to some of the many', 0, 3012],
  ['from the few on', 5000, 1_000_000],
  ['those of no rollup alone', 8000, 10_000],
  ['all', 0, 1_000_000],
  ['none', 6500, 7000],
])('has each event of the blocks once, in order: %s', async (_, from, to) => {
  for (const endpointId of [undefined, more.busy])
    for (const status of [undefined, 'delivered', 'failed', 'pending'] as const) {
      const expected = model.events(ids.alice, {
        from_block: from,
        to_block: to,
        endpoint_id: endpointId,
        status,
      });
      const filter: EventFilter = { userId: ids.alice, fromBlock: from, toBlock: to, endpointId, status };
      expect(await walk(filter)).toEqual(expected.map(({ id }) => id));
    }
});
