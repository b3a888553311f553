import { startStatisticsWorld, type StatisticsWorld } from '../support/statistics-world.js';
import { openSse, openWs, until, type SseClient, type WsClient } from '../support/live-clients.js';
import { ids } from '../support/small-world.js';

jest.setTimeout(60_000);

let world: StatisticsWorld;
const streams: (SseClient | WsClient)[] = [];

beforeAll(async () => {
  world = await startStatisticsWorld();
});
afterEach(() => {
  for (const stream of streams.splice(0))
    if ('close' in stream) stream.close();
    else stream.socket.terminate();
});
afterAll(() => world.close());

let block = 100;
/** A new event, tried at this endpoint. Returns its id. */
async function addEvent(endpointId: string, topics = '{0xaa,0xbb}'): Promise<string> {
  const [row] = await world.database.query<{ id: string }>(
    `WITH e AS (
       INSERT INTO events (block_number, block_hash, transaction_hash, log_index, contract_address, topics, data)
       VALUES ($1::bigint, '0xb', '0xlive' || $1::bigint, 7, '0xc', $2, '0x') RETURNING id)
     SELECT id FROM e`,
    [block++, topics],
  );
  const id = row?.id ?? '';
  await addAttempt(id, endpointId);
  return id;
}
const addAttempt = (eventId: string, endpointId: string) =>
  world.database.query(
    'INSERT INTO delivery_attempts (event_id, endpoint_id, attempt_number) VALUES ($1, $2, 1)',
    [eventId, endpointId],
  );
async function sse(token: string, lastEventId = ''): Promise<SseClient> {
  const client = await openSse(world.app.url, { token, lastEventId });
  streams.push(client);
  return client;
}
const idsOf = ({ messages }: SseClient) => messages.map(({ data }) => data['id']);

describe('server-sent events', () => {
  it('say each new event once, to whom it was tried for, with what EventSource needs', async () => {
    const [alice, bob] = [await sse(world.alice), await sse(world.bob)];
    expect(alice.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': expect.any(String),
      'access-control-allow-origin': '*',
    });
    const first = await addEvent(ids.aliceMain);
    await addAttempt(first, ids.aliceSpare);
    await until('alice has it', () => alice.messages.length > 0);
    await addAttempt(first, ids.bobMain);
    const second = await addEvent(ids.aliceMain, '{}');
    await until('both have all', () => alice.messages.length > 1 && bob.messages.length > 0);
    expect([idsOf(alice), idsOf(bob), alice.retryMs]).toEqual([[first, second], [first], 2000]);
    const [row] = await world.database.query<{ at: string }>(
      `SELECT (to_json(ingested_at AT TIME ZONE 'UTC') #>> '{}') || 'Z' AS at FROM events WHERE id = $1`,
      [second],
    );
    expect(alice.messages[1]).toMatchObject({
      event: 'event',
      data: {
        type: 'event',
        id: second,
        chain_id: 1,
        chain_name: 'Ethereum',
        contract_address: '0xc',
        event_name: 'Unknown',
        block_number: 101,
        block_hash: '0xb',
        transaction_hash: '0xlive101',
        log_index: 7,
        topics: [],
        timestamp: row?.at,
        ingested_at: row?.at,
      },
    });
    expect(bob.messages[0]?.data).toMatchObject({ chain_id: null, chain_name: null, event_name: '0xaa' });
  });
});

describe('WebSockets', () => {
  it('say hello, then the same events', async () => {
    const client = await openWs(`${world.app.url}/ws/events?token=${world.alice}`);
    streams.push(client);
    const id = await addEvent(ids.aliceMain);
    await addEvent(ids.bobMain);
    const last = await addEvent(ids.aliceMain);
    await until('both are there', () => client.messages.length >= 3);
    expect(client.messages.map(({ type, id: of }) => [type, of])).toEqual([
      ['connected', undefined],
      ['event', id],
      ['event', last],
    ]);
  });
});
