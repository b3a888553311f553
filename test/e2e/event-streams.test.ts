import { JwtService } from '@nestjs/jwt';
import { startStatisticsWorld, type StatisticsWorld } from '../support/statistics-world.js';
import { openSse, openWs, refusalOf, until, type SseClient, type WsClient } from '../support/live-clients.js';
import { ids } from '../support/small-world.js';
import { JWT_SECRET } from '../support/test-app.js';

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

  it('go on after the last id, from a message or from the silence before it, in the header or the query', async () => {
    const first = await sse(world.alice);
    await until('it has a place', () => first.lastEventId !== '');
    const quiet = first.lastEventId;
    const made = [
      await addEvent(ids.aliceMain),
      await addEvent(ids.aliceSpare),
      await addEvent(ids.aliceMain),
    ];
    await until('all are there', () => first.messages.length === 3);
    first.close();
    made.push(await addEvent(ids.aliceMain));
    await addEvent(ids.bobMain);
    const afterSecond = first.messages[1]?.id ?? '';
    const again = [
      await sse(world.alice, quiet),
      await sse(world.alice, afterSecond),
      await openSse(world.app.url, { token: world.alice, query: { last_event_id: afterSecond } }),
    ];
    streams.push(...again.slice(2));
    made.push(await addEvent(ids.aliceMain));
    await until('each has the last one', () => again.every((client) => idsOf(client).includes(made[4])));
    expect(again.map(idsOf)).toEqual([made, made.slice(2), made.slice(2)]);
  });

  it("take no other user's id, and none that was changed", async () => {
    const alice = await sse(world.alice);
    await until('it has a place', () => alice.lastEventId !== '');
    const id = alice.lastEventId;
    const changed = (id.startsWith('A') ? 'B' : 'A') + id.slice(1);
    for (const [token, lastEventId] of [
      [world.bob, id],
      [world.alice, changed],
      [world.alice, 'nonsense'],
      [world.alice, 'x'.repeat(9000)],
    ] as const) {
      const { status, text } = await openSse(world.app.url, { token, lastEventId });
      await until('it has answered', () => status === 400);
      await until('it has said why', () => text !== '' || status === 400);
      expect(status).toBe(400);
    }
  });

  it('are for those who may read, and no token is logged', async () => {
    for (const [options, code] of [
      [{}, 'missing_token'],
      [{ token: 'x.y.z' }, 'invalid_token'],
      [{ query: { token: 'x.y.z' } }, 'invalid_token'],
    ] as const) {
      const client = await openSse(world.app.url, options);
      await until('it is closed', () => client.isClosed);
      expect([client.status, JSON.parse(client.text)]).toMatchObject([401, { code }]);
    }
    const inQuery = await openSse(world.app.url, { query: { token: world.alice } });
    streams.push(inQuery);
    expect(inQuery.status).toBe(200);
    expect(world.app.logs.join('')).toContain('/api/v1/events/stream');
    expect(world.app.logs.join('')).not.toContain(world.alice);
  });

  it('are dropped when nobody reads them, and those of others go on', async () => {
    const [slow, quick] = [await sse(world.alice), await sse(world.alice)];
    await until('both have begun', () => slow.lastEventId !== '' && quick.lastEventId !== '');
    slow.pause();
    const topics = `{${Array.from({ length: 40 }, () => `0x${'ab'.repeat(2000)}`).join()}}`;
    for (let round = 0; round < 80 && (await dropped('slow')) === 0; round++) {
      for (let i = 0; i < 5; i++) await addEvent(ids.aliceMain, topics);
      await until('the other one reads on', () => quick.messages.length >= (round + 1) * 5);
    }
    expect(await dropped('slow')).toBe(1);
  });

  it('end when their token does', async () => {
    const token = new JwtService({ secret: JWT_SECRET }).sign(
      { sub: ids.alice, email: 'alice@example.com', is_admin: false },
      { expiresIn: 2 },
    );
    const [client, socket] = [await sse(token), await openWs(`${world.app.url}/ws/events?token=${token}`)];
    streams.push(socket);
    await until('it is closed', () => client.isClosed);
    expect((await socket.closed).code).toBe(4401);
  });
});

async function dropped(reason: string): Promise<number> {
  const { text } = await world.app.get('/metrics');
  return Number(
    new RegExp(`^ethhook_streams_dropped_total\\{reason="${reason}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0,
  );
}

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

  it('are refused before they are opened, in the one error form', async () => {
    for (const [path, status, code] of [
      ['/ws/events', 401, 'missing_token'],
      ['/ws/stats?token=x.y.z', 401, 'invalid_token'],
      [`/ws/nowhere?token=${world.alice}`, 404, 'route_not_found'],
    ] as const) {
      const refusal = await refusalOf(openWs(world.app.url + path));
      expect([refusal.status, refusal.body]).toMatchObject([status, { code, error: expect.any(String) }]);
    }
  });

  it('say the figures of the dashboard, at once and when they have changed', async () => {
    const root = world.app.url.replace('/api/v1', '');
    const [client, twin] = [
      await openWs(`${world.app.url}/ws/stats?token=${world.bob}`),
      await openWs(`${root}/ws/stats?token=${world.bob}`),
    ];
    streams.push(client, twin);
    await until('the first figures', () => client.messages.length >= 2 && twin.messages.length >= 2);
    const figures = async () => {
      const { body } = await world.app.get('/statistics/dashboard', world.bob);
      return {
        type: 'stats',
        events_total: body.events_total,
        events_24h: body.events_today,
        success_rate: body.success_rate,
        active_endpoints: body.active_endpoints,
      };
    };
    const first = await figures();
    expect(client.messages.slice(0, 2)).toEqual([{ type: 'connected', message: expect.any(String) }, first]);
    expect(twin.messages[1]).toEqual(first);
    await addEvent(ids.bobMain);
    await until('the next figures', () => client.messages.length >= 4, 15_000);
    expect(client.messages.at(-1)).toEqual(await figures());
    expect(client.messages.at(-1)).toMatchObject({ events_total: first.events_total + 1 });
  });

  it('end with the server, which does not wait for them', async () => {
    const [client, socket] = [
      await sse(world.alice),
      await openWs(`${world.app.url}/ws/events?token=${world.bob}`),
    ];
    const startedAt = performance.now();
    await world.app.close();
    expect(performance.now() - startedAt).toBeLessThan(8000);
    await until('it is closed', () => client.isClosed);
    expect((await socket.closed).code).toBe(1001);
  });
});
