import { get, type IncomingMessage } from 'node:http';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { withQuery, withThrowawayServer, type Query } from '../../scripts/throwaway-server.js';
import { runMigrations } from '../../src/data-source.js';
import { seedDemoData } from '../../src/demo/seed.js';
import { apiPath, withAdminServer, type AdminServer } from '../live-statistics/admin-server.js';
import { atMost, type Bound } from '../report/bounds.js';
import type { Say } from '../report/run-bench.js';
import { TENANTS, type StreamsOptions } from './options.js';

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
}

const PASSWORD = 'demo-password';
const MAX_PERCENT = 5;
/** What opening them has cost is over by then. */
const SETTLE_MS = 5000;

export const judge = ({ idle, streams }: StreamsResult): Bound[] => [
  atMost(`CPU of the server with ${streams} idle streams, % of one core`, MAX_PERCENT, idle.server),
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
      withAdminServer(databaseUrl, { folds: true }, signal, (server) => measure(options, server, query, say)),
    );
  });

async function measure(
  { streams, seconds }: StreamsOptions,
  server: AdminServer,
  query: Query,
  say: Say,
): Promise<StreamsResult> {
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
  for (const stream of open) stream.destroy();
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
      WHERE s.query ~ '^/\\* events\\.(read-feed-moment|list-new-events|list-written-users) '`,
  );
  return Number(row?.['ms']);
}

async function openStreams(server: AdminServer, count: number): Promise<IncomingMessage[]> {
  const open: IncomingMessage[] = [];
  for (let tenant = 1; tenant <= TENANTS; tenant++) {
    // The last one of the demo users is the administrator.
    const name = tenant === TENANTS ? 'admin' : `tenant${tenant}`;
    const token = await server.logIn(`${name}@example.com`, PASSWORD);
    const share = Math.floor((count * tenant) / TENANTS) - Math.floor((count * (tenant - 1)) / TENANTS);
    open.push(...(await Promise.all(Array.from({ length: share }, () => openStream(server.url, token)))));
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
