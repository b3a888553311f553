import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { JwtService } from '@nestjs/jwt';
import pg from 'pg';
import { runMigrations } from '../../src/data-source.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { startFaultServer, type FaultServer } from '../support/fault-server.js';
import { openSse, openWs, until } from '../support/live-clients.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { JWT_SECRET } from '../support/test-app.js';

jest.setTimeout(240_000);

const TENANTS = 20;
const SSE_EACH = 15;
const WS_EACH = 10;
const ROWS_PER_SECOND = 300;
const OUTAGE_MS = 10_000;
const WRITING_MS = 8_000;

let database: FaultServer;
let server: ServerProcess;
let base: string;

beforeAll(async () => {
  database = await startFaultServer();
  await runMigrations(database.url, () => undefined);
  await seedDemoData(database.url, {
    events: 0,
    users: TENANTS,
    days: 1,
    seed: 1,
    until: new Date(),
    emailDomain: 'example.com',
    password: 'a-password',
  });
  server = startServerProcess({
    DATABASE_URL: database.url,
    JWT_SECRET,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
  });
  base = await server.ready();
});
afterAll(async () => {
  server.child.kill('SIGKILL');
  await database.remove();
});

async function query<Row extends object>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** One connection, whichever way, and what it was given. */
interface Stream {
  userId: string;
  given(): string[];
  isOpen(): boolean;
  /** It has been shown that somebody is there. */
  hasBeat(): boolean;
  close(): void;
}

async function open500(userIds: readonly string[]): Promise<Stream[]> {
  const jwt = new JwtService({ secret: JWT_SECRET });
  const streams: Stream[] = [];
  for (const userId of userIds) {
    const token = jwt.sign({ sub: userId, email: 'x@example.com', is_admin: false }, { expiresIn: 3600 });
    const sse = await Promise.all(Array.from({ length: SSE_EACH }, () => openSse(base, { token })));
    const ws = await Promise.all(
      Array.from({ length: WS_EACH }, () => openWs(`${base}/ws/events?token=${token}`)),
    );
    await until('the streams have begun', () => sse.every(({ lastEventId }) => lastEventId !== ''), 30_000);
    streams.push(
      ...sse.map((client) => ({
        userId,
        given: () => client.messages.map(({ data }) => String(data['id'])),
        isOpen: () => !client.isClosed,
        hasBeat: () => client.comments > 0,
        close: () => client.close(),
      })),
      ...ws.map(({ socket, messages }) => ({
        userId,
        given: () => messages.flatMap(({ type, id }) => (type === 'event' ? [String(id)] : [])),
        isOpen: () => socket.readyState === socket.OPEN,
        hasBeat: () => true, // 30 s are longer than this test
        close: () => socket.terminate(),
      })),
    );
  }
  return streams;
}

it('500 streams beside 300 rows/s: each gets its events once, in one order, also those of an outage of 10 s', async () => {
  const users = await query<{ id: string }>('SELECT id FROM users ORDER BY id');
  const streams = await open500(users.map(({ id }) => id));
  expect(streams).toHaveLength(500);
  const writer = startServerProcess({ DATABASE_URL: database.url }, [
    ...[
      'node',
      'dist/scripts/simulate.js',
      '--rate',
      String(ROWS_PER_SECOND),
      '--seconds',
      '600',
      '--seed',
      '1',
    ],
  ]);
  await sleep(WRITING_MS);
  await database.kill();
  await sleep(OUTAGE_MS);
  await database.restart();
  const restartedAt = Date.now();
  await sleep(WRITING_MS + 5000);
  writer.child.kill('SIGINT');
  await once(writer.child, 'close');

  const rows = await query<{ user_id: string; event_id: string; at: Date }>(
    'SELECT user_id, event_id, min(attempted_at) AS at FROM delivery_attempts GROUP BY 1, 2',
  );
  const expected = new Map(users.map(({ id }) => [id, rows.filter((row) => row.user_id === id)]));
  expect(rows.length).toBeGreaterThan(1000);
  expect(rows.filter(({ at }) => at.getTime() > restartedAt).length).toBeGreaterThan(100);
  const isComplete = ({ userId, given }: Stream) => given().length >= (expected.get(userId)?.length ?? 0);
  await until('all have come', () => streams.every(isComplete), 30_000);
  await sleep(1500); // for what comes twice

  const orders = new Map<string, string>();
  for (const { userId, given, isOpen, hasBeat } of streams) {
    expect([isOpen(), hasBeat()]).toEqual([true, true]);
    const ids = given();
    expect([...ids].sort()).toEqual((expected.get(userId) ?? []).map(({ event_id: id }) => id).sort());
    const order = orders.get(userId) ?? ids.join();
    expect(ids.join()).toBe(order);
    orders.set(userId, order);
  }
  for (const stream of streams) stream.close();
});
