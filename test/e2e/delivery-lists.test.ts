import { attemptListSchema, deliveryListSchema } from '../../src/modules/events/dto/attempt.dto.js';
import { ListModel, type ModelAttempt } from '../support/list-model.js';
import { askPage, idsOf, walk, type Parameters } from '../support/list-pages.js';
import { createListWorld, more } from '../support/list-world.js';
import { ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: TestApp;
let alice: string;
let bob: string;
let model: ListModel;

beforeAll(async () => {
  database = await createTestDatabase();
  await createListWorld(database.query);
  app = await startTestApp(database.url);
  alice = await app.login('alice@example.com', password);
  bob = await app.login('bob@example.com', password);
  model = await ListModel.of(database);
}, 60_000);

afterAll(async () => {
  await app.close();
  await database.drop();
});

const deliveriesOf = (endpoint: string) => `endpoints/${endpoint}/deliveries`;
const successOf = { all: undefined, success: true, failed: false } as const;

type Case = [list: string, parameters: Parameters, matches: (attempt: ModelAttempt) => boolean];
const event = ids.shared;
const cases: Case[] = [
  ['delivery-attempts', {}, () => true],
  ['delivery-attempts', { success: 'true' }, ({ success }) => success === true],
  ['delivery-attempts', { success: 'false' }, ({ success }) => success === false],
  ['delivery-attempts', { event_id: event }, ({ event_id }) => event_id === event],
  ['delivery-attempts', { endpoint_id: more.busy }, ({ endpoint_id }) => endpoint_id === more.busy],
  [
    'delivery-attempts',
    { endpoint_id: ids.aliceMain, event_id: event, success: 'false' },
    ({ endpoint_id, event_id, success }) =>
      endpoint_id === ids.aliceMain && event_id === event && success === false,
  ],
  ...(['all', 'success', 'failed'] as const).map((status): Case => [
    deliveriesOf(ids.aliceSpare),
    { status },
    ({ endpoint_id, success }) =>
      endpoint_id === ids.aliceSpare && (status === 'all' || success === successOf[status]),
  ]),
];

describe.each(cases)('/%s with %o', (list, parameters, matches) => {
  const ask = (page: Parameters) => askPage(app, alice, list, { ...parameters, ...page });
  const expected = () => model.attempts(ids.alice, matches).map(({ id }) => id);

  it('is the whole set by cursors, to the oldest and back, in order, no row twice', async () => {
    const { older, newer } = await walk((page) => ask({ limit: 9, ...page }));
    expect(expected()).not.toEqual([]);
    expect([idsOf(older), idsOf(newer)]).toEqual([expected(), expected()]);
    expect(older.filter(({ total_is }) => total_is === 'exact').map(({ total }) => total)).toEqual(
      older.map(() => expected().length),
    );
    expect(newer[0]?.prev_cursor).toBeNull();
  }, 60_000);

  it('pages by offset, and says on both sides whether there is more', async () => {
    for (const offset of [0, 2, 9, 1000]) {
      const page = await ask({ offset, limit: 9 });
      expect(page.rows.map(({ id }) => id)).toEqual(expected().slice(offset, offset + 9));
      expect(page.total).toBe(expected().length);
      expect([page.prev_cursor !== null, page.next_cursor !== null]).toEqual([
        offset > 0,
        offset + 9 < expected().length,
      ]);
    }
  });
});

it('attempts that arrive on the way neither repeat nor hide a row', async () => {
  const expected = model.attempts(ids.bob, () => true).map(({ id }) => id);
  const insert = () =>
    database.query(
      `INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number) VALUES ($1, $2, 99)`,
      [ids.bobs, ids.bobMain],
    );
  const ask = (page: Parameters) => askPage(app, bob, 'delivery-attempts', { limit: 20, ...page });
  const { older, newer } = await walk(ask, insert);
  expect(older.length).toBeGreaterThan(3);
  expect(idsOf(older)).toEqual(expected);
  expect(new Set(idsOf(newer)).size).toBe(idsOf(newer).length);
  expect(idsOf(newer).slice(-expected.length)).toEqual(expected);
  expect(idsOf(newer).length).toBeGreaterThan(expected.length);
});

describe('an attempt', () => {
  const attempt = '00000000-0000-4000-8000-0000000000f1';
  const body = `${'€'.repeat(998)}🙂🙂🙂`;

  beforeAll(async () => {
    await database.query(
      `INSERT INTO delivery_attempts (id, event_id, endpoint_id, attempt_number, http_status_code, response_body,
         error_message, attempted_at, completed_at, duration_ms, success, should_retry, next_retry_at)
       VALUES ($1, $2, $3, 4, 502, $4, 'Bad gateway', '2100-01-02T03:04:05.000006Z', '2100-01-02T03:04:06Z', 999, false, true,
         '2100-01-02T03:05:06.5Z')`,
      [attempt, ids.shared, more.anyChain, body],
    );
  });

  it('is told whole by /delivery-attempts', async () => {
    const answer = (await app.get('/delivery-attempts?limit=1', alice)).body;
    expect(attemptListSchema.strict().safeParse(answer).error).toBeUndefined();
    expect(answer.delivery_attempts).toEqual([
      {
        id: attempt,
        event_id: ids.shared,
        endpoint_id: more.anyChain,
        endpoint_name: 'any chain',
        attempt_number: 4,
        http_status_code: 502,
        response_body: body,
        error_message: 'Bad gateway',
        attempted_at: '2100-01-02T03:04:05.000006Z',
        completed_at: '2100-01-02T03:04:06Z',
        duration_ms: 999,
        success: false,
        should_retry: true,
        next_retry_at: '2100-01-02T03:05:06.5Z',
      },
    ]);
  });

  it('is told by /endpoints/:id/deliveries with the first 1000 characters of the response', async () => {
    const answer = (await app.get(`/${deliveriesOf(more.anyChain)}?limit=1`, alice)).body;
    expect(deliveryListSchema.strict().safeParse(answer).error).toBeUndefined();
    expect(answer).toMatchObject({ limit: 1, offset: 0, total_is: 'exact', prev_cursor: null });
    expect(answer.deliveries).toEqual([
      {
        id: attempt,
        event_id: ids.shared,
        attempt_number: 4,
        http_status_code: 502,
        success: false,
        duration_ms: 999,
        attempted_at: '2100-01-02T03:04:05.000006Z',
        error_message: 'Bad gateway',
        response_body: `${'€'.repeat(998)}🙂🙂`,
      },
    ]);
  });

  it('has nulls for what is not known yet', async () => {
    const [row] = (await askPage(app, alice, 'delivery-attempts', { event_id: ids.pending })).rows;
    expect(row).toMatchObject({
      success: null,
      duration_ms: null,
      http_status_code: null,
      completed_at: null,
    });
  });
});
