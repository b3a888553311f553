import { get, type IncomingMessage } from 'node:http';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { withQuery, withThrowawayServer, type Query } from '../../scripts/throwaway-server.js';
import { runMigrations } from '../../src/data-source.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { apiPath, withAdminServer, type AdminServer } from '../live-statistics/admin-server.js';
import { withWriter } from '../live-statistics/writer.js';
import { atLeast, atMost, type Bound } from '../report/bounds.js';
import { latencyOf, type Latency } from '../report/latency.js';
import type { Say } from '../report/run-bench.js';
import { BUSY_STREAMS, ROWS_PER_SECOND, TENANTS, type StreamsOptions } from './options.js';

/** CPU, in percent of one core. */
export interface Usage {
  server: number;
  /** Run time of the statements of the feed. */
  database: number;
}

export interface StreamsResult {
  ranAt: string;
  cpus: number;
  node: string;
  streams: number;
  seconds: number;
  without: Usage;
  idle: Usage;
  residentMiB: { without: number; idle: number };
  busy: {
    insertedPerSecond: number;
    /** ms from the first attempt's time, as its writer gives it, to the client having the event. */
    delay: Latency;
    within2s: number;
  };
}

const PASSWORD = 'demo-password';
const MAX_PERCENT = 5;
const MAX_DELAY_MS = 2000;
/** One in a thousand is for a machine whose cores are shared. */
const MIN_SHARE = 0.999;
/** What opening them has cost is over by then. */
const SETTLE_MS = 5000;

export const judge = ({ idle, streams, busy }: StreamsResult): Bound[] => [
  atMost(`CPU of the server with ${streams} idle streams, % of one core`, MAX_PERCENT, idle.server),
  atLeast(
    `events that ${BUSY_STREAMS} streams had within 2 s at ${ROWS_PER_SECOND} rows/s, %`,
    100 * MIN_SHARE,
    100 * busy.within2s,
  ),
];

/** Opens all streams in this process, which is not measured. */
export const measureStreams = (options: StreamsOptions, say: Say, signal: AbortSignal) =>
  withThrowawayServer(async (databaseUrl) => {
    say('a database with 20 tenants');
    await runMigrations(databaseUrl, () => undefined);
    await seedDemoData(databaseUrl, {
      ...{ events: 0, users: TENANTS, days: 1, seed: 42, until: new Date() },
      ...{ emailDomain: 'example.com', password: PASSWORD },
    });
    return withQuery(databaseUrl, (query) =>
      withAdminServer(databaseUrl, { folds: true }, signal, async (server) => {
        const idle = await measureIdle(options, server, query, say);
        say(`${BUSY_STREAMS} streams and a writer of ${ROWS_PER_SECOND} rows/s: ${options.seconds} s`);
        const busy = await measureDelays(options.seconds, databaseUrl, server, query, signal);
        return { ...idle, busy };
      }),
    );
  });

async function measureIdle(
  { streams, seconds }: StreamsOptions,
  server: AdminServer,
  query: Query,
  say: Say,
): Promise<Omit<StreamsResult, 'busy'>> {
  const resident = async () => (await server.gauge('process_resident_memory_bytes')) / 2 ** 20;
  await sleep(SETTLE_MS);
  say(`${seconds} s without streams`);
  const without = { usage: await usageOf(server, query, seconds), resident: await resident() };
  say(`${streams} streams`);
  const open = await openStreams(server, streams);
  await sleep(SETTLE_MS);
  say(`${seconds} s with them`);
  const idle = { usage: await usageOf(server, query, seconds), resident: await resident() };
  const count = await server.gauge('ethhook_streams');
  for (const { response } of open) response.destroy();
  if (count !== streams) throw new Error(`${count} of ${streams} streams were open at the end`);
  return {
    ranAt: new Date().toISOString(),
    cpus: availableParallelism(),
    node: process.versions.node,
    streams,
    seconds,
    without: without.usage,
    idle: idle.usage,
    residentMiB: { without: without.resident, idle: idle.resident },
  };
}

async function usageOf(server: AdminServer, query: Query, seconds: number): Promise<Usage> {
  const look = async () => ({
    cpu: await server.gauge('process_cpu_seconds_total'),
    feedMs: await feedTime(query),
  });
  const before = await look();
  await sleep(seconds * 1000);
  const after = await look();
  return {
    server: (100 * (after.cpu - before.cpu)) / seconds,
    database: (after.feedMs - before.feedMs) / 10 / seconds,
  };
}

/** Our statements are known by the comment that they begin with. */
async function feedTime(query: Query): Promise<number> {
  const [row] = await query(
    `SELECT coalesce(sum(s.total_exec_time), 0)::float8 AS ms FROM pg_stat_statements s
      WHERE s.query ~ '^\\w+ /\\* events\\.(read-feed-moment|list-new-events|list-written-users) '`,
  );
  return Number(row?.['ms']);
}

async function measureDelays(
  seconds: number,
  databaseUrl: string,
  server: AdminServer,
  query: Query,
  signal: AbortSignal,
): Promise<StreamsResult['busy']> {
  const streams = await openStreams(server, BUSY_STREAMS);
  const given = streams.map((stream) => eventsOf(stream.response));
  const { written } = await withWriter(databaseUrl, ROWS_PER_SECOND, signal, () => sleep(seconds * 1000));
  await sleep(SETTLE_MS);
  for (const { response } of streams) response.destroy();
  const rows = await query(
    `SELECT u.email, a.event_id, extract(epoch FROM min(a.attempted_at))::float8 * 1000 AS at
       FROM delivery_attempts a JOIN users u ON u.id = a.user_id GROUP BY 1, 2`,
  );
  const bornAt = new Map(
    rows.map((row) => [`${String(row['email'])} ${String(row['event_id'])}`, Number(row['at'])]),
  );
  const delays = streams.flatMap(({ email }, index) =>
    (given[index] ?? []).map(({ id, at }) => at - (bornAt.get(`${email} ${id}`) ?? NaN)),
  );
  const due = streams
    .map(({ email }) => rows.filter((row) => row['email'] === email).length)
    .reduce((sum, count) => sum + count, 0);
  return {
    insertedPerSecond: written.insertedPerSecond,
    delay: latencyOf(delays),
    // One that never came is not within 2 s.
    within2s: delays.filter((delay) => delay < MAX_DELAY_MS).length / due,
  };
}

/** Filled while they come. */
function eventsOf(response: IncomingMessage): { id: string; at: number }[] {
  const events: { id: string; at: number }[] = [];
  createInterface({ input: response }).on('line', (line) => {
    if (!line.startsWith('data: ')) return;
    events.push({ id: (JSON.parse(line.slice(6)) as { id: string }).id, at: Date.now() });
  });
  return events;
}

interface OpenStream {
  email: string;
  response: IncomingMessage;
}

async function openStreams(server: AdminServer, count: number): Promise<OpenStream[]> {
  const open: OpenStream[] = [];
  for (let tenant = 1; tenant <= TENANTS; tenant++) {
    // The last one of the demo users is the administrator.
    const email = `${tenant === TENANTS ? 'admin' : `tenant${tenant}`}@example.com`;
    const token = await server.logIn(email, PASSWORD);
    const share = Math.floor((count * tenant) / TENANTS) - Math.floor((count * (tenant - 1)) / TENANTS);
    const responses = await Promise.all(Array.from({ length: share }, () => openStream(server.url, token)));
    open.push(...responses.map((response) => ({ email, response })));
  }
  return open;
}

const openStream = (url: URL, token: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const options = { agent: false, headers: { authorization: `Bearer ${token}` } };
    get(new URL(apiPath('/events/stream'), url), options, (response) => {
      response.on('error', () => undefined).resume();
      if (response.statusCode === 200) resolve(response);
      else reject(new Error(`a stream was answered with ${response.statusCode}`));
    }).on('error', reject);
  });
