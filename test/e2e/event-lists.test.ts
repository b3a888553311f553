import fc from 'fast-check';
import { eventListSchema } from '../../src/modules/events/dto/event.dto.js';
import { ListModel, type ListedEvent, type ListFilter } from '../support/list-model.js';
import { askPage, idsOf, walk, type ListPage, type Parameters } from '../support/list-pages.js';
import { createListWorld, more } from '../support/list-world.js';
import { ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: TestApp;
let alice: string;
let model: ListModel;
/** Events of alice, to take filter values from. */
let all: ListedEvent[];

beforeAll(async () => {
  database = await createTestDatabase();
  await createListWorld(database.query);
  app = await startTestApp(database.url);
  alice = await app.login('alice@example.com', password);
  model = await ListModel.of(database);
  all = model.events(ids.alice, {});
}, 60_000);

afterAll(async () => {
  await app.close();
  await database.drop();
});

const ask = (parameters: Parameters) => askPage(app, alice, 'events', parameters);

async function expectWholeList(filter: ListFilter, limit: number): Promise<ListedEvent[]> {
  const expected = model.events(ids.alice, filter);
  const { older, newer } = await walk((page) => ask({ ...filter, limit, ...page }));
  const wanted = expected.map(({ id }) => id);
  expect({ filter, limit, ids: idsOf(older) }).toEqual({ filter, limit, ids: wanted });
  expect({ filter, limit, ids: idsOf(newer) }).toEqual({ filter, limit, ids: wanted });
  for (const page of older) expectTotal(page, wanted.length);
  expect(older.slice(0, -1).every(({ rows }) => rows.length === limit)).toBe(true);
  expect([older[0]?.prev_cursor, newer[0]?.prev_cursor]).toEqual([null, null]);
  const counted = older
    .flatMap(({ rows }) => rows)
    .map((row) => [row['status'], row['attempts'], row['successful_deliveries']]);
  expect(counted).toEqual(expected.map(({ status, attempts, successes }) => [status, attempts, successes]));
  return expected;
}

function expectTotal({ total, total_is }: ListPage, expected: number): void {
  if (total_is === 'exact') expect(total).toBe(expected);
  else expect(total).toBeLessThanOrEqual(expected);
}

/** Values as Ethereum has them; the small world's are shorter. */
const hexOf = (name: 'transaction_hash' | 'contract_address' | 'topic0') =>
  [...new Set(all.map((event) => event[name] ?? ''))].filter((value) =>
    /^0x([0-9a-f]{40}|[0-9a-f]{64})$/.test(value),
  );

it('has what these tests are about: equal times, microseconds, unknown times, all statuses', () => {
  const known = all.flatMap(({ at }) => at ?? []);
  expect(all.length).toBeGreaterThan(150);
  expect(new Set(known).size).toBeLessThan(known.length * 0.8);
  expect(new Set(known.map((at) => at.slice(0, -4))).size).toBeLessThan(new Set(known).size);
  expect(all.filter(({ at }) => at === null).length).toBeGreaterThan(5);
  expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['delivered', 'failed', 'pending']));
});

describe('a walk by cursors, to the oldest and back, is the whole set, in order, no row twice', () => {
  it.each([1, 7, 50, 100])(
    '%s at a time',
    async (limit) => {
      await expectWholeList({}, limit);
    },
    60_000,
  );

  it.each<[string, () => ListFilter]>([
    ['endpoint', () => ({ endpoint_id: ids.aliceSpare })],
    ['application', () => ({ application_id: more.application })],
    ['one chain', () => ({ chain_ids: [137] })],
    ['several chains', () => ({ chain_ids: [1, 8453] })],
    ['delivered', () => ({ status: 'delivered' })],
    ['failed', () => ({ status: 'failed' })],
    ['pending', () => ({ status: 'pending' })],
    ['start', () => ({ start_date: all[20]?.at ?? '' })],
    ['end', () => ({ end_date: all[20]?.at ?? '' })],
    [
      'a window of one microsecond',
      () => ({ start_date: '2026-01-01T10:00:00.123457Z', end_date: '2026-01-01T10:00:00.123458Z' }),
    ],
    ['lowest block', () => ({ from_block: 1030 })],
    ['highest block', () => ({ to_block: 1030 })],
    ['one block', () => ({ from_block: 1017, to_block: 1017 })],
    ['transaction', () => ({ transaction_hash: hexOf('transaction_hash')[0] })],
    ['contract', () => ({ contract_address: hexOf('contract_address')[0] })],
    ['topic', () => ({ topic0: hexOf('topic0')[0] })],
    ['status of one endpoint', () => ({ endpoint_id: ids.aliceMain, status: 'pending' })],
    [
      'failed on a chain in a time',
      () => ({ chain_ids: [10], status: 'failed', start_date: '2026-01-01T00:00:00.000000Z' }),
    ],
  ])('filtered by %s', async (_, filter) => {
    expect(await expectWholeList(filter(), 4)).not.toEqual([]);
  });

  it.each<[string, ListFilter]>([
    ['endpoint without attempts', { endpoint_id: more.untried }],
    ['chain of nobody', { chain_ids: [4242] }],
    ['endpoint of another application', { endpoint_id: ids.aliceMain, application_id: more.application }],
    ['unknown contract', { contract_address: `0x${'9'.repeat(40)}` }],
  ])('is one empty page for an %s', async (_, filter) => {
    expect(await expectWholeList(filter, 4)).toEqual([]);
  });

  it('with any filters together', async () => {
    const dates = [...new Set(all.flatMap(({ at }) => at ?? []))].sort();
    const some = <T>(...values: T[]) =>
      fc.oneof(
        { weight: 2, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constantFrom(...values) },
      );
    const anyFilter: fc.Arbitrary<ListFilter> = fc.record({
      endpoint_id: some(ids.aliceMain, ids.aliceSpare, more.busy, more.anyChain),
      application_id: some(ids.aliceApp, more.application),
      chain_ids: some([1], [10], [137], [10, 137], [8453]),
      status: some('delivered', 'failed', 'pending'),
      start_date: some(...dates.slice(0, 60)),
      end_date: some(...dates.slice(60)),
      from_block: some(1000, 1015, 1030),
      to_block: some(1030, 1045, Number.MAX_SAFE_INTEGER),
      contract_address: some(...hexOf('contract_address')),
      topic0: some(...hexOf('topic0')),
    });
    const size = fc.integer({ min: 3, max: 100 });
    const check = async (filter: ListFilter, limit: number) => void (await expectWholeList(filter, limit));
    await fc.assert(fc.asyncProperty(anyFilter, size, check), { numRuns: 60 });
  }, 120_000);
});

it('finds the same hash in any case, as the lower-case text that is stored', async () => {
  const [hash = ''] = hexOf('transaction_hash');
  const { rows } = await ask({ transaction_hash: `0x${hash.slice(2).toUpperCase()}` });
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.every((row) => row['transaction_hash'] === hash)).toBe(true);
});

it('a walk loses and repeats nothing while newer events arrive, and meets them on the way back', async () => {
  const expected = all.map(({ id }) => id);
  let arrived = 0;
  const insert = async () => {
    const id = crypto.randomUUID();
    await database.query(
      `INSERT INTO events (id, block_number, block_hash, transaction_hash, log_index, contract_address, topics, data, ingested_at)
       VALUES ($1, 1, '0xb', $2, 0, '0xc', '{}', '0x', now())`,
      [id, `0xarrived${arrived++}`],
    );
    await database.query(
      'INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number) VALUES ($1, $2, 1)',
      [id, more.busy],
    );
  };
  const { older, newer } = await walk((page) => ask({ limit: 20, ...page }), insert);
  expect(idsOf(older)).toEqual(expected);
  expect(idsOf(newer).slice(-expected.length)).toEqual(expected);
  expect(idsOf(newer).length).toBeGreaterThanOrEqual(expected.length + older.length - 1);
  expect(new Set(idsOf(newer)).size).toBe(idsOf(newer).length);
  await database.query(`DELETE FROM events WHERE transaction_hash LIKE '0xarrived%'`);
});

describe('a page that begins elsewhere', () => {
  const expectSlice = (page: ListPage, list: readonly ListedEvent[], from: number, limit: number) => {
    expect(page.rows.map(({ id }) => id)).toEqual(list.slice(from, from + limit).map(({ id }) => id));
    expect(page.prev_cursor === null).toBe(from === 0 || list.length === 0);
    expect(page.next_cursor === null).toBe(from + limit >= list.length);
    expectTotal(page, list.length);
  };

  it.each([0, 1, 13, 100])('by offset %s', async (offset) => {
    expectSlice(await ask({ offset, limit: 13 }), all, offset, 13);
    const failed = model.events(ids.alice, { status: 'failed' });
    expectSlice(await ask({ offset, limit: 13, status: 'failed' }), failed, offset, 13);
  });

  it('at the end and past it, from where the cursor leads back to the last rows', async () => {
    expectSlice(await ask({ offset: all.length - 3, limit: 5 }), all, all.length - 3, 5);
    const past = await ask({ offset: 1_000_000_000, limit: 5 });
    expectSlice(past, all, 1_000_000_000, 5);
    expectSlice(await ask({ cursor: past.prev_cursor ?? '', limit: 5 }), all, all.length - 5, 5);
  });

  it('at a time: the first event of that time or before it', async () => {
    for (const index of [0, 1, 30, 90, all.length - 20]) {
      const at = all[index]?.at ?? '';
      expectSlice(
        await ask({ at_time: at, limit: 4 }),
        all,
        all.findIndex((event) => (event.at ?? '') <= at),
        4,
      );
    }
    expectSlice(await ask({ at_time: '2100-01-01', limit: 4 }), all, 0, 4);
    expectSlice(
      await ask({ at_time: '1971-01-01T00:00:00+01:00', limit: 4 }),
      all,
      all.findIndex(({ at }) => at === null),
      4,
    );
  });

  it('at a block: the newest event of that block or a lower one', async () => {
    for (const block of [1000, 1001, 1030, 1059, Number.MAX_SAFE_INTEGER])
      expectSlice(
        await ask({ at_block: block, limit: 4 }),
        all,
        all.findIndex((event) => event.block <= block),
        4,
      );
    const none = await ask({ at_block: 0, limit: 4 });
    expectSlice(none, all, all.length, 4);
    expectSlice(await ask({ cursor: none.prev_cursor ?? '', limit: 4 }), all, all.length - 4, 4);
  });

  it('at a time of a filtered list, and goes on from there in both directions', async () => {
    const filter = { endpoint_id: more.busy, status: 'delivered' };
    const list = model.events(ids.alice, filter);
    const at = list[9]?.at ?? '';
    const from = list.findIndex((event) => (event.at ?? '') <= at);
    const page = await ask({ ...filter, at_time: at, limit: 3 });
    expectSlice(page, list, from, 3);
    expectSlice(await ask({ ...filter, cursor: page.next_cursor ?? '', limit: 3 }), list, from + 3, 3);
    expectSlice(await ask({ ...filter, cursor: page.prev_cursor ?? '', limit: 3 }), list, from - 3, 3);
  });
});

it('is of the moment, exact, and of the documented form', async () => {
  const { headers, body } = await app.get('/events', alice);
  expect(eventListSchema.strict().safeParse(body).error).toBeUndefined();
  expect(headers.get('x-data-exact')).toBe('true');
  expect(Math.abs(Date.parse(headers.get('x-data-as-of') ?? '') - Date.now())).toBeLessThan(60_000);
});
