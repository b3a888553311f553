import { askPage, idsOf, walk, type Parameters } from '../support/list-pages.js';
import { createListWorld, more } from '../support/list-world.js';
import { ids, password } from '../support/small-world.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: TestApp;
let alice: string;
let bob: string;
let admin: string;

beforeAll(async () => {
  database = await createTestDatabase();
  await createListWorld(database.query);
  app = await startTestApp(database.url);
  alice = await app.login('alice@example.com', password);
  bob = await app.login('bob@example.com', password);
  admin = await app.login('admin@example.com', password);
}, 60_000);

afterAll(async () => {
  await app.close();
  await database.drop();
});

const deliveries = `/endpoints/${ids.aliceMain}/deliveries`;
const blockBound = 'must be a whole number from 0 to 9007199254740991';
const hash = `0x${'ab'.repeat(32)}`;
const oneCursor = 'must be one cursor of at most 160 characters';
const notACursor = 'must be a cursor that this list gave out for the same filters';

describe('a parameter that is wrong is 400, with its field and bound', () => {
  it.each([
    ['/events?status=lost', 'status', 'must be one of delivered, failed, pending'],
    ['/events?application_id=7', 'application_id', 'must be a UUID'],
    ['/events?chain_ids=1,', 'chain_ids', 'must be 1 to 50 chain ids, separated by commas'],
    ['/events?from_block=-1', 'from_block', blockBound],
    ['/events?to_block=9007199254740992', 'to_block', blockBound],
    ['/events?at_block=9999999999999999999', 'at_block', blockBound],
    ['/events?from_block=2&to_block=1', 'to_block', 'must not be below from_block'],
    ['/events?start_date=2026-01-02&end_date=2026-01-01', 'end_date', 'must be after start_date'],
    ['/events?start_date=2026-01-02&end_date=2026-01-02', 'end_date', 'must be after start_date'],
    [`/events?transaction_hash=${hash}a`, 'transaction_hash', 'must be 0x and 64 hexadecimal digits'],
    [
      `/events?transaction_hash=${hash.slice(2)}ab`,
      'transaction_hash',
      'must be 0x and 64 hexadecimal digits',
    ],
    [`/events?contract_address=${hash}`, 'contract_address', 'must be 0x and 40 hexadecimal digits'],
    ['/events?topic0=Transfer', 'topic0', 'must be 0x and 64 hexadecimal digits'],
    ['/events?cursor=', 'cursor', oneCursor],
    [`/events?cursor=${'A'.repeat(161)}`, 'cursor', oneCursor],
    ['/events?cursor=a&cursor=b', 'cursor', oneCursor],
    ['/events?cursor=AQ', 'cursor', notACursor],
    ['/events?offset=0&cursor=AQ', 'cursor', 'must not be given together with offset'],
    ['/events?cursor=AQ&at_block=1', 'at_block', 'must not be given together with cursor'],
    ['/events?at_block=1&at_time=2026-01-01', 'at_block', 'must not be given together with at_time'],
    ['/events?offset=10&at_time=2026-01-01', 'at_time', 'must not be given together with offset'],
    ['/delivery-attempts?event_id=x', 'event_id', 'must be a UUID'],
    ['/delivery-attempts?success=1', 'success', 'must be true or false'],
    ['/delivery-attempts?limit=101', 'limit', 'must be a whole number from 1 to 100'],
    ['/delivery-attempts?at_time=2026-01-01', 'at_time', 'is not a parameter of this route'],
    ['/delivery-attempts?offset=1&cursor=AQ', 'cursor', 'must not be given together with offset'],
    [`${deliveries}?status=pending`, 'status', 'must be one of all, success, failed'],
    [`${deliveries}?offset=1000000001`, 'offset', 'must be a whole number from 0 to 1000000000'],
    [`${deliveries}?cursor=AQ`, 'cursor', notACursor],
    ['/endpoints/main/deliveries', 'id', 'must be a UUID'],
  ])('%s', async (path, field, message) => {
    const { status, body } = await app.get(path, alice);
    const error = `Validation error: ${field}: ${message}`;
    expect({ status, body }).toMatchObject({ status: 400, body: { code: 'validation_error', field, error } });
  });

  it.each(['start_date', 'end_date', 'at_time'])('%s that is no time', async (field) => {
    const { status, body } = await app.get(`/events?${field}=yesterday`, alice);
    expect({ status, body }).toMatchObject({ status: 400, body: { field } });
    expect(body.error).toContain('must be an RFC 3339 time');
  });
});

describe('a cursor is taken by its own list alone', () => {
  const cursorOf = async (token: string, list: string, parameters: Parameters = {}) =>
    (await askPage(app, token, list, { limit: 1, ...parameters })).next_cursor ?? '';
  const refused = { status: 400, body: { code: 'validation_error', field: 'cursor' } };
  const attempts = '/delivery-attempts';

  it.each<[string, () => Promise<string>, string]>([
    ['of another tenant', () => cursorOf(bob, 'events'), '/events?'],
    ['of another list', () => cursorOf(alice, 'delivery-attempts'), '/events?'],
    ['of the list without the filter', () => cursorOf(alice, 'events'), '/events?status=failed&'],
    ['of the list with a filter', () => cursorOf(alice, 'events', { status: 'failed' }), '/events?'],
    ['of another value', () => cursorOf(alice, 'events', { chain_ids: [1] }), '/events?chain_ids=10&'],
    [
      'of another endpoint',
      () => cursorOf(alice, deliveries.slice(1)),
      `/endpoints/${more.busy}/deliveries?`,
    ],
    [
      'of another outcome',
      () => cursorOf(alice, deliveries.slice(1), { status: 'failed' }),
      `${deliveries}?`,
    ],
    ['of another filter', () => cursorOf(alice, 'delivery-attempts', { success: 'true' }), `${attempts}?`],
  ])('not one %s', async (_, cursor, path) => {
    expect(await app.get(`${path}cursor=${await cursor()}`, alice)).toMatchObject(refused);
  });

  it('not one that was changed, or that another secret signed', async () => {
    const cursor = await cursorOf(alice, 'events');
    expect((await app.get(`/events?cursor=${cursor}`, alice)).status).toBe(200);
    const last = cursor.endsWith('A') ? 'Q' : 'A';
    expect(await app.get(`/events?cursor=${cursor.slice(0, -1)}${last}`, alice)).toMatchObject(refused);
    const other = await startTestApp(database.url, { JWT_SECRET: 'another-secret-of-the-tests' });
    try {
      const token = await other.login('alice@example.com', password);
      expect(await other.get(`/events?cursor=${cursor}`, token)).toMatchObject(refused);
    } finally {
      await other.close();
    }
  });

  it('also with another limit, and after its row is gone', async () => {
    const token = bob;
    const all = idsOf((await walk((page) => askPage(app, token, 'events', { limit: 100, ...page }))).older);
    const { rows, next_cursor } = await askPage(app, token, 'events', { limit: 3 });
    await database.query('DELETE FROM events WHERE id = $1', [rows[2]?.id]);
    const page = await askPage(app, token, 'events', { limit: 4, cursor: next_cursor ?? '' });
    expect(page.rows.map(({ id }) => id)).toEqual(all.slice(3, 7));
  });
});

describe('tenants', () => {
  it.each<[string, number, string]>([
    [`/events?endpoint_id=${ids.bobMain}`, 404, 'Endpoint not found'],
    [`/events?endpoint_id=${ids.alice}`, 404, 'Endpoint not found'],
    [`/events?application_id=${ids.bobApp}`, 404, 'Application not found'],
    [`/events?application_id=${ids.alice}`, 404, 'Application not found'],
    [`/events/${ids.bobs}`, 404, 'Event not found'],
    [`/delivery-attempts?endpoint_id=${ids.bobMain}`, 404, 'Endpoint not found'],
    [`/delivery-attempts?endpoint_id=${ids.alice}`, 404, 'Endpoint not found'],
    [`/endpoints/${ids.alice}/deliveries`, 404, 'Endpoint not found'],
    [`/endpoints/${ids.bobMain}/deliveries`, 403, 'Access denied'],
  ])('alice asks for %s', async (path, status, error) => {
    expect(await app.get(path, alice)).toMatchObject({ status, body: { error } });
  });

  it.each(['/events', '/delivery-attempts', deliveries, `/events/${ids.shared}`])(
    '%s needs a token',
    async (path) => {
      expect((await app.get(path)).status).toBe(401);
    },
  );

  it('another tenant sees only the attempts at their own endpoints, also of a shared event', async () => {
    const list = async (token: string, query: string) =>
      (await app.get(`/delivery-attempts${query}`, token)).body.delivery_attempts as {
        endpoint_id: string;
      }[];
    const shared = await list(bob, `?event_id=${ids.shared}`);
    expect(shared.map(({ endpoint_id }) => endpoint_id)).toEqual([ids.bobMain]);
    const endpoints = new Set((await list(bob, '?limit=100')).map(({ endpoint_id }) => endpoint_id));
    expect(endpoints).toEqual(new Set([ids.bobMain]));
    expect(await list(alice, `?event_id=${ids.bobs}`)).toEqual([]);
    expect(await list(alice, `?event_id=${ids.untried}`)).toEqual([]);
  });

  it('an administrator without endpoints sees nothing', async () => {
    const nothing = { total: 0, total_is: 'exact', next_cursor: null, prev_cursor: null };
    expect((await app.get('/events', admin)).body).toEqual({ events: [], ...nothing });
    expect((await app.get('/delivery-attempts', admin)).body).toEqual({ delivery_attempts: [], ...nothing });
  });
});
